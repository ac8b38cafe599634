{{ config(incremental_strategy='append', pre_hook='{{ drop_affected_skus() }}', indexes=[{'columns': ['sku'], 'type': 'hash'}]) }}
-- Where the stores disagree about an SKU, with each store's value. A store without a value disagrees with one that has
-- one. Measures that differ by up to 1 % agree; prices are compared within a currency, with or without
-- tax.
{%- set texts = ['name', 'kind', 'status', 'gtin', 'tax_class', 'description', 'short_description', 'categories', 'brands'] %}
{%- set measures = ['weight', 'length', 'width', 'height'] %}
{%- set prices = ['regular_price', 'sale_price'] %}
with shared as (
    select own.*
    from {{ ref('int_shared_skus') }} as own
    {{ only_affected_skus('own') }}
),

disputed as (
    select
        sku
        {%- for field in texts %},
        min({{ field }}) is distinct from max({{ field }}) or count({{ field }}) between 1 and count(*) - 1 as {{ field }}
        {%- endfor %}
        {%- for field in measures %},
        max({{ field }}) > 1.01 * min({{ field }}) or count({{ field }}) between 1 and count(*) - 1 as {{ field }}
        {%- endfor %}
    from shared
    group by sku
),

disputed_prices as (
    select
        sku,
        currency
        {%- for field in prices %},
        min({{ field }}) is distinct from max({{ field }}) or count({{ field }}) between 1 and count(*) - 1 as {{ field }}
        {%- endfor %}
    from shared
    group by sku, currency
    having count(*) > 1
),

options as (
    select
        shared.sku,
        shared.store_id,
        attribute_values.attribute_code,
        string_agg(coalesce(attribute_values.value, '(any)'), ' | ' order by attribute_values.value) as value
    from shared
    inner join {{ ref('live_product_attribute_values') }} as attribute_values
        on shared.store_id = attribute_values.store_id and shared.product_id = attribute_values.product_id
    group by shared.sku, shared.store_id, attribute_values.attribute_code
),

disputed_options as (
    select options.sku, options.attribute_code
    from options
    inner join (
        select sku, count(*) as stores from shared group by sku
    ) as carried on options.sku = carried.sku
    group by options.sku, options.attribute_code, carried.stores
    having count(*) < carried.stores or min(options.value) <> max(options.value)
)

select shared.sku, fields.attribute, shared.store_id, fields.value
from shared
inner join disputed
    on shared.sku = disputed.sku and ({% for field in texts + measures %}disputed.{{ field }}{{ ' or ' if not loop.last }}{% endfor %})
inner join {{ ref('stg_woo__products') }} as own
    on shared.store_id = own.store_id and shared.product_id = own.product_id
cross join lateral (
    values
        {%- for field in texts %}
        ('{{ field }}', disputed.{{ field }}, {% if 'description' in field %}case when disputed.{{ field }} then left(nullif(btrim(own.{{ field }}), ''), 200) end{% elif field == 'gtin' %}shared.gtin_text{% else %}shared.{{ field }}{% endif %}),
        {%- endfor %}
        {%- for field in measures %}
        ('{{ field }}', disputed.{{ field }}, shared.{{ field }}_text){{ ',' if not loop.last }}
        {%- endfor %}
) as fields (attribute, is_disputed, value)
where fields.is_disputed

union all
select shared.sku, prices.attribute || ' ' || shared.currency, shared.store_id, prices.value
from shared
inner join disputed_prices using (sku, currency)
cross join lateral (
    values
        {%- for field in prices %}
        ('{{ field }}', disputed_prices.{{ field }}, shared.{{ field }}::text){{ ',' if not loop.last }}
        {%- endfor %}
) as prices (attribute, is_disputed, value)
where prices.is_disputed

union all
-- A store whose product does not have the attribute has no value.
select shared.sku, 'attribute ' || disputed_options.attribute_code, shared.store_id, options.value
from disputed_options
inner join shared on disputed_options.sku = shared.sku
left join options
    on shared.sku = options.sku
    and shared.store_id = options.store_id
    and disputed_options.attribute_code = options.attribute_code
