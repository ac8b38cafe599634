{{ config(incremental_strategy='append', pre_hook='{{ drop_affected_products() }}', indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}
{#-
  The GTIN of a product: the first that is filled of the store's own field and the fields of plugins that gtin_meta_keys
  names: a key, {key: ..., path: [...]} for one within an object, or {field: ...} for a field beside WooCommerce's own.
-#}
{%- set sources = [] -%}
{%- set keys = [] -%}
{%- set fields = [] -%}
{%- for source in var('gtin_meta_keys') -%}
    {%- if source is mapping and source.field -%}
        {%- do fields.append((loop.index, source.field)) -%}
    {%- else -%}
        {%- set key = source.key if source is mapping else source -%}
        {%- set path = source.path if source is mapping and source.path else [] -%}
        {%- set path = [path] if path is string else path -%}
        {%- do keys.append(literal(key)) -%}
        {%- do sources.append((loop.index, key, path)) -%}
    {%- endif -%}
{%- endfor %}
with sent as (
    select own.store_id, own.product_id, own.global_unique_id as gtin, 'global_unique_id' as source, 0 as rank
    from {{ ref('stg_woo__products') }} as own
    {{ only_affected_products('own') }}
    where own.global_unique_id is not null
    {%- if sources %}

    union all
    select own.store_id, own.product_id, known.gtin, known.source, known.rank
    from {{ ref('product_custom_values') }} as own
    {{ only_affected_products('own') }}
    cross join lateral (
        values
            {%- for rank, key, path in sources %}
            (
                {{ literal(key) }},
                {% if path %}{{ json_text('own.value #> ' ~ literal('{' ~ path | join(',') ~ '}')) }}{% else %}{{ json_text('own.value') }}{% endif %},
                {{ literal(([key] + path) | join('.')) }},
                {{ rank }}
            ){{ ',' if not loop.last }}
            {%- endfor %}
    ) as known (key, gtin, source, rank)
    where own.key in ({{ keys | unique | join(', ') }}) and own.key = known.key
    {%- endif %}
    {%- for rank, field in fields %}

    union all
    select own.store_id, own.product_id, {{ json_text('own.gtin_fields -> ' ~ literal(field)) }}, {{ literal(field) }}, {{ rank }}
    from {{ ref('stg_woo__products') }} as own
    {{ only_affected_products('own') }}
    where own.gtin_fields ? {{ literal(field) }}
    {%- endfor %}
),

cleaned as (
    select
        store_id,
        product_id,
        gtin as gtin_as_sent,
        upper(regexp_replace({{ function('cleaned_code') }}(gtin), '[ .-]', '', 'g')) as gtin,
        source,
        rank
    from sent
)

select distinct on (store_id, product_id)
    store_id,
    product_id,
    gtin,
    gtin_as_sent,
    source as gtin_source,
    {{ function('gtin_kind') }}(gtin) as gtin_kind
from cleaned
where gtin <> ''
order by store_id, product_id, rank, gtin, source, gtin_as_sent
