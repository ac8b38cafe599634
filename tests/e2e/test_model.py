"""The PIM model that a sync job builds at its end holds what the stores have."""

from __future__ import annotations

from pimctl.demo import model_figures
from tests.support import served_rows
from tests.support.meltano_project import MeltanoProject


def test_live_goods_of_the_model_are_those_of_the_stores(synced: MeltanoProject) -> None:
    figures = model_figures.read(synced.url)

    skus: dict[str, set[str]] = {}
    for store_id in ("us", "eu"):
        store = synced.sites[store_id].store
        live = {
            stream: [row for row in served_rows.served(store, stream) if row["status"] != "trash"]
            for stream in ("products", "product_variations")
        }
        found = figures.stores[store_id]
        assert (found.products, found.variations) == (len(live["products"]), len(live["product_variations"]))
        assert found.score is not None
        assert 0 < found.score < 100
        parents = {row["id"]: row["sku"] for row in live["products"]}
        own = {row["sku"] for row in live["products"]}
        own |= {row["sku"] for row in live["product_variations"] if row["sku"] != parents.get(row["parent_id"])}
        skus[store_id] = own - {"", None}
    assert figures.skus == len(skus["us"] | skus["eu"])
    assert figures.shared == len(skus["us"] & skus["eu"])
    assert 0 < figures.disputed <= figures.shared
