{{ config(
    incremental_strategy='append',
    pre_hook='{{ drop_finished() }}',
    indexes=[{'columns': ['sku'], 'type': 'hash'}]
) }}
-- SKUs that affected products have, or had until now. Those of a build that broke off stay until one comes to its end
-- (is_built): some tables may have them already.
select wanted.sku, false as is_built
from (
    select old_sku as sku
    from {{ ref('int_affected_products') }}
    where old_sku is not null
    union
    select facts.sku
    from {{ ref('int_product_facts') }} as facts
    inner join {{ ref('int_affected_products') }} as affected using (store_id, product_id)
    where facts.sku is not null
) as wanted
{%- if is_incremental() %}
where not exists (select 1 from {{ this }} as waiting where waiting.sku = wanted.sku)
{%- endif %}
