{{ config(materialized='table', indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}
{#-
  Products whose facts have to be worked out anew: those that changed, the variations of those that changed, and those
  that were found to be deleted or to be back. With the SKU that they had until now.
-#}
-- depends_on: {{ ref('deletions') }}
{% set facts = adapter.get_relation(this.database, this.schema, 'product_facts') if execute and not flags.FULL_REFRESH %}
with affected as (
    select store_id, product_id
    from {{ ref('landed_rows') }}
    where is_changed

    union
    select variation.store_id, variation.product_id
    from {{ ref('shop_products') }} as variation
    inner join {{ ref('landed_rows') }} as parent
        on variation.store_id = parent.store_id and variation.parent_id = parent.product_id and parent.is_changed
    where variation.source = 'product_variations'

    {% if facts -%}
    union
    select facts.store_id, facts.product_id
    from {{ facts }} as facts
    left join {{ ref('deletions') }} as deletions
        on facts.store_id = deletions.store_id
        and deletions.stream = case when facts.is_variation then 'product_variations' else 'products' end
        and facts.product_id = deletions.id
    where facts.deleted_at is distinct from deletions.deleted_at
    {%- endif %}
)

{% if facts %}
select affected.store_id, affected.product_id, facts.sku as old_sku
from affected
left join {{ facts }} as facts on affected.store_id = facts.store_id and affected.product_id = facts.product_id
{% else %}
select store_id, product_id, null::text as old_sku
from affected
{% endif %}
