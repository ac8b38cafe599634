{{ config(indexes=[{'columns': ['option_as_sent'], 'type': 'hash'}]) }}
-- Every way in which a store's products name options, with the term that each means: the one of that name, else of that
-- name or slug in any case, the oldest first.
with sent as (
    select distinct store_id, attribute_id, option_as_sent
    from {{ ref('stg_woo__product_options') }}
    where option_as_sent is not null
),

decoded as (
    select *, btrim({{ decoded('option_as_sent') }}) as name
    from sent
),

coded as (
    select *, {{ function('option_code') }}(name) as code
    from decoded
)

select
    coded.store_id,
    coded.attribute_id,
    coded.option_as_sent,
    coded.name,
    term.term_id,
    coalesce(term.slug, coded.code) as option_code
from coded
left join lateral (
    select terms.term_id, terms.slug
    from {{ ref('int_attribute_terms') }} as terms
    where
        coded.attribute_id > 0
        and terms.store_id = coded.store_id
        and terms.attribute_id = coded.attribute_id
        and not terms.is_deleted
        and coded.code in (terms.name_code, terms.slug)
    order by terms.name = coded.name desc, terms.name_code = coded.code desc, terms.term_id
    limit 1
) as term on true
