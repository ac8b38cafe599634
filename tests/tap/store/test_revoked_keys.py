"""Whole syncs of stores whose key is taken away, or that are too old for wc/v3."""

from __future__ import annotations

from demo_store import Store
from demo_store.faults import nth, path
from tests.support.stage import Stage


def test_key_revoked_in_the_middle_ends_the_run_and_the_next_one_goes_on(stage: Stage) -> None:
    store = Store.recorded()
    server = stage.serve(store)
    components = ["tags", "products"]
    # Of the products: the look for the way in, the search for unknown fields, and some pages come before.
    rule = store.faults.add("key_revoked", path("wc/v3/products$") & nth(30))
    config = stage.config(server, sync_components=components, page_size=50)
    first = stage.run(config, state={})
    assert rule.hits == 1
    assert first.code == 1
    assert first.last_line == (
        f"store ({server.url}), products: the key was revoked while it was in use. Make a new key and enter both"
        " halves. What was synced is kept, and the next sync continues from there."
    )
    assert len(first.rows("product_tags")) == len(store.rows("tags"))
    read = {row["id"] for row in first.rows("products")}
    assert len(read) >= 1000

    store.faults.clear()
    key = store.add_key()
    again = config | {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}
    second = stage.run(again, state=first.state)
    assert second.code == 0, second.err
    reread = {row["id"] for row in second.rows("products")}
    assert read | reread == {row["id"] for row in store.rows("products")}
    assert len(reread) < 1200


def test_key_revoked_is_told_where_wordpress_takes_it_for_a_user_name(stage: Stage) -> None:
    store = Store.recorded()
    store.has_application_passwords = True
    server = stage.serve(store)
    store.faults.add("key_revoked", path("wc/v3/products$") & nth(10))
    ended = stage.run(stage.config(server, sync_components=["products"], page_size=50))
    assert ended.last_line.startswith(f"store ({server.url}), products: the key was revoked while it was in use.")


def test_store_before_wc_v3_is_read_whole_by_wc_v2(stage: Stage) -> None:
    store = Store.recorded("5.9.0", namespace="wc/v2")
    server = stage.serve(store)
    ended = stage.run(stage.config(server))
    assert ended.code == 0, ended.err
    assert {request.path.split("/")[3] for request in server.requests if request.auth} == {"v2"}
    (site,) = ended.rows("stores")
    assert site["api_namespace"] == "wc/v2"
    assert {row["id"] for row in ended.rows("products")} == {row["id"] for row in store.rows("products")}
    assert {row["id"] for row in ended.rows("product_categories")} == {row["id"] for row in store.rows("categories")}
    listed = {id_ for row in store.rows("products") for id_ in row["variations"]}
    assert {row["id"] for row in ended.rows("product_variations")} >= listed
