{{ config(
    incremental_strategy='append',
    pre_hook=['{{ drop_landed_anew() }}', '{{ drop_affected_products() }}'],
    post_hook="update {{ ref('int_affected_skus') }} set is_built = true",
    indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]
) }}
-- Which version of each landed row the model was made from, and what of it the next build has to know. It comes after all
-- that is made from changed rows only, so that a row stays marked as changed until every one of them has it.
-- depends_on: {{ ref('int_affected_products') }}
-- depends_on: {{ ref('int_affected_skus') }}
-- depends_on: {{ ref('product_attribute_values') }}
-- depends_on: {{ ref('stg_woo__product_images') }}
-- depends_on: {{ ref('stg_woo__product_relations') }}
-- depends_on: {{ ref('master_products') }}
-- depends_on: {{ ref('media') }}
select
    landed.store_id,
    landed.product_id,
    landed.source,
    landed.landed_version,
    landed.digest,
    landed.rules,
    landed.synced_at,
    facts.parent_id,
    facts.sku,
    facts.deleted_at,
    facts.language,
    facts.translation_group,
    facts.is_default_language
from {{ ref('stg_woo__landed_rows') }} as landed
left join {{ ref('int_product_facts') }} as facts
    on landed.store_id = facts.store_id and landed.product_id = facts.product_id
where
    landed.source is not null
    {%- if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as kept where kept.store_id = landed.store_id and kept.product_id = landed.product_id
    )
    {%- endif %}
