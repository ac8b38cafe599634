{{ config(
    incremental_strategy='append',
    pre_hook='{{ drop_changed() }}',
    indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]
) }}
-- Which version of each landed row the model was made from. It comes after all that is made from changed rows only, so
-- that a row stays marked as changed until every one of them has it.
-- depends_on: {{ ref('product_facts') }}
-- depends_on: {{ ref('product_attribute_values') }}
-- depends_on: {{ ref('shop_relations') }}
-- depends_on: {{ ref('master_products') }}
select store_id, product_id, source, landed_version, rules
from {{ ref('landed_rows') }}
where
    source is not null
    {%- if is_incremental() %}
    and is_changed
    {%- endif %}
