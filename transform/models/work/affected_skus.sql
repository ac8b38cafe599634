{{ config(materialized='table', indexes=[{'columns': ['sku'], 'type': 'hash'}]) }}
-- SKUs that affected products have, or had until now.
select old_sku as sku
from {{ ref('affected_products') }}
where old_sku is not null
union
select facts.sku
from {{ ref('product_facts') }} as facts
inner join {{ ref('affected_products') }} as affected using (store_id, product_id)
where facts.sku is not null
