"""Reads the figures of the PIM model that a product team looks at first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import psycopg

BY_STORE = """
select stores.store_id, coalesce(goods.products, 0), coalesce(goods.variations, 0),
    coalesce(found.errors, 0), coalesce(found.warnings, 0), found.score
from pim.stores
left join (
    select store_id, count(*) filter (where kind <> 'variation') as products,
        count(*) filter (where kind = 'variation') as variations
    from pim.live_products group by store_id
) as goods using (store_id)
left join (
    select store_id, sum(errors)::bigint as errors, sum(warnings)::bigint as warnings, max(store_score) as score
    from pim.health_summary group by store_id
) as found using (store_id)
"""
SKUS = """
select count(*), count(*) filter (where store_count > 1), count(*) filter (where cardinality(differing_attributes) > 0)
from pim.master_products
"""


@dataclass(frozen=True)
class StoreFigures:
    """The model's figures of one store.

    Attributes:
        products: Live products, without variations.
        variations: Live variations.
        errors: Findings of that severity in ``pim.health_checks``.
        warnings: The same.
        score: 0 to 100 by the formula of docs/pim-model.md; None for a store without products.
    """

    products: int
    variations: int
    errors: int
    warnings: int
    score: Decimal | None


@dataclass(frozen=True)
class ModelFigures:
    """The model's figures of all stores.

    Attributes:
        stores: By store id.
        skus: Rows of ``pim.master_products``.
        shared: Those of them that several stores carry.
        disputed: Those of them in which stores disagree.
    """

    stores: dict[str, StoreFigures]
    skus: int
    shared: int
    disputed: int


def read(url: str) -> ModelFigures:
    """Return the figures of a database in which the model was built.

    Args:
        url: The database, as libpq takes it.
    """
    with psycopg.connect(url) as connection:
        stores = {row[0]: StoreFigures(*row[1:]) for row in connection.execute(BY_STORE).fetchall()}
        (skus,) = connection.execute(SKUS).fetchall()
    return ModelFigures(stores, *skus)
