{{ config(incremental_strategy='append', pre_hook='{{ drop_affected_skus() }}', indexes=[{'columns': ['sku'], 'type': 'hash'}]) }}
-- What the stores say of the SKUs that several of them carry, in columns that can be compared: sizes in centimetres and
-- kilograms, GTINs as 14 digits, long texts as a digest, lists in one order.
with carriers as (
    select *
    from (
        select own.sku, own.store_id, own.product_id, count(*) over (partition by own.sku) as stores
        from {{ ref('int_sku_carriers') }} as own
        {{ only_affected_skus('own') }}
    ) as counted
    where stores > 1
),

categories as (
    select store_id, product_id, string_agg(path, ' | ' order by path) as value
    from {{ ref('product_categories') }}
    inner join carriers using (store_id, product_id)
    where not is_category_deleted
    group by store_id, product_id
),

brands as (
    select store_id, product_id, string_agg(name, ' | ' order by name) as value
    from {{ ref('product_brands') }}
    inner join carriers using (store_id, product_id)
    where not is_brand_deleted
    group by store_id, product_id
)

select
    carriers.sku,
    carriers.store_id,
    carriers.product_id,
    facts.name,
    facts.kind,
    facts.status,
    {{ gtin_14('facts.gtin', 'facts.gtin_kind') }} as gtin,
    facts.gtin as gtin_text,
    facts.tax_class,
    facts.description_digest as description,
    facts.short_description_digest as short_description,
    categories.value as categories,
    brands.value as brands,
    facts.currency || case when facts.prices_include_tax then ' incl. tax' when not facts.prices_include_tax then ' excl. tax' else '' end
        as currency,
    facts.regular_price,
    facts.sale_price,
    facts.weight * {{ in_kilograms('facts.weight_unit') }} as weight,
    facts.weight || coalesce(' ' || facts.weight_unit, '') as weight_text
    {%- for side in ('length', 'width', 'height') %},
    facts.{{ side }} * {{ in_centimetres('facts.dimension_unit') }} as {{ side }},
    facts.{{ side }} || coalesce(' ' || facts.dimension_unit, '') as {{ side }}_text
    {%- endfor %}
from carriers
inner join {{ ref('int_product_facts') }} as facts
    on carriers.store_id = facts.store_id and carriers.product_id = facts.product_id
left join categories on carriers.store_id = categories.store_id and carriers.product_id = categories.product_id
left join brands on carriers.store_id = brands.store_id and carriers.product_id = brands.product_id
