{{ config(materialized='steady_view') }}
-- What products are called in the languages of a store: a row for each product that has a language. Those of one group are
-- translations of each other.
select
    facts.store_id,
    facts.translation_group,
    facts.language,
    facts.product_id,
    facts.is_default_language,
    facts.sku,
    facts.name,
    own.description,
    own.short_description,
    own.slug,
    own.permalink,
    facts.is_deleted
from {{ ref('int_product_facts') }} as facts
inner join {{ ref('stg_woo__products') }} as own
    on facts.store_id = own.store_id and facts.product_id = own.product_id
where facts.language is not null
