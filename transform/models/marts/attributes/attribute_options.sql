{{ config(indexes=[{'columns': ['option_code'], 'type': 'hash'}]) }}
-- The options of attributes: the terms of global ones (option_id), and what products name without a term.
with used as (
    select
        attribute_values.store_id,
        attribute_values.attribute_code,
        attribute_values.option_code,
        min(attribute_values.value) as name,
        count(*) filter (where gone.product_id is null) as product_count
    from {{ ref('product_attribute_values') }} as attribute_values
    left join {{ ref('int_product_facts') }} as gone
        on attribute_values.store_id = gone.store_id and attribute_values.product_id = gone.product_id and gone.is_deleted
    where not attribute_values.is_any
    group by attribute_values.store_id, attribute_values.attribute_code, attribute_values.option_code
),

terms as (
    -- A slug is one term's, but a deleted term may have left it to a new one.
    select distinct on (terms.store_id, attributes.attribute_code, terms.slug)
        terms.*,
        terms.slug as option_code,
        attributes.attribute_code
    from {{ ref('int_attribute_terms') }} as terms
    inner join {{ ref('int_global_attributes') }} as attributes
        on terms.store_id = attributes.store_id and terms.attribute_id = attributes.attribute_id
    order by terms.store_id, attributes.attribute_code, terms.slug, terms.is_deleted, terms.term_id
)

select
    coalesce(used.store_id, terms.store_id) as store_id,
    attribute_code,
    option_code,
    terms.term_id as option_id,
    coalesce(terms.name, used.name) as name,
    terms.menu_order,
    coalesce(used.product_count, 0) as product_count,
    coalesce(terms.is_deleted, false) as is_deleted,
    terms.deleted_at,
    translations.language,
    translations.translation_group,
    translations.is_default_language
from used
full outer join terms using (store_id, attribute_code, option_code)
left join {{ ref('int_translations') }} as translations
    on terms.store_id = translations.store_id and translations.stream = 'product_attribute_terms' and terms.term_id = translations.id
