{{ config(indexes=[{'columns': ['store_id', 'attribute_id'], 'unique': true}]) }}
-- The attributes that a store defines for all its products.
select
    attribute.store_id,
    attribute.id as attribute_id,
    coalesce(nullif(attribute.slug, ''), 'pa_' || {{ function('attribute_code') }}(attribute.name)) as attribute_code,
    btrim({{ function('decode_html') }}(attribute.name)) as name,
    attribute.type,
    deletions.id is not null as is_deleted,
    deletions.deleted_at
from {{ landed('product_attributes', {
    'store_id': 'text', 'id': 'bigint', 'name': 'text', 'slug': 'text', 'type': 'text'
}) }} as attribute
left join {{ ref('int_deletions') }} as deletions
    on attribute.store_id = deletions.store_id
    and deletions.stream = 'product_attributes'
    and attribute.id = deletions.id
