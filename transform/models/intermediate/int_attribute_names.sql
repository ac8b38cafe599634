{{ config(indexes=[{'columns': ['name_as_sent'], 'type': 'hash'}]) }}
-- Every way in which a store's products name attributes, with the code of each: many products share one, so it is worked
-- out once.
with sent as (
    select store_id, attribute_id, slug_as_sent, name_as_sent, count(*) as uses
    from {{ ref('stg_woo__product_options') }}
    group by store_id, attribute_id, slug_as_sent, name_as_sent
),

decoded as (
    select *, btrim({{ decoded('name_as_sent') }}) as name
    from sent
)

select
    decoded.store_id,
    decoded.attribute_id,
    decoded.slug_as_sent,
    decoded.name_as_sent,
    decoded.name,
    decoded.uses,
    case
        when decoded.attribute_id = 0 then {{ function('attribute_code') }}(decoded.name)
        else coalesce(
            attributes.attribute_code,
            -- Attributes were not synced.
            nullif(decoded.slug_as_sent, ''),
            'pa_' || {{ function('attribute_code') }}(decoded.name)
        )
    end as attribute_code
from decoded
left join {{ ref('int_global_attributes') }} as attributes
    on decoded.store_id = attributes.store_id and decoded.attribute_id = attributes.attribute_id
