{{ config(materialized='steady_view') }}
-- The price of a product in the currency that the store was asked for, else its own; of a variable product, the lowest of its variations.
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
    is_on_sale,
    prices_include_tax as includes_tax
from {{ ref('int_product_facts') }}
