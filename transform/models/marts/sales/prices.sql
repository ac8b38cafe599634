{{ config(materialized='steady_view') }}
-- The price of a product in its store's currency; of a variable product, the lowest of its variations.
select
    store_id,
    product_id,
    sku,
    currency,
    price,
    regular_price,
    sale_price,
    sale_from,
    sale_to,
    is_on_sale
from {{ ref('int_product_facts') }}
