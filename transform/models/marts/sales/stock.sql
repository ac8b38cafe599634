{{ config(materialized='steady_view') }}
-- What is in stock. kept_by: product, parent (the variations share its quantity) or none (only a status).
select
    store_id,
    product_id,
    sku,
    stock_kept_by as kept_by,
    stock_quantity as quantity,
    stock_status as status,
    backorders,
    low_stock_amount
from {{ ref('int_product_facts') }}
