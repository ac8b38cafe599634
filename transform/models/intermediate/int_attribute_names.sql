{{ config(indexes=[{'columns': ['name_as_sent'], 'type': 'hash'}]) }}
-- Every way in which a store's products name attributes, with the code of each: many products share one, so it is worked
-- out once. The slug keys are what a slug leaves of the name (name_keys).
with sent as (
    select
        store_id,
        attribute_id,
        slug_as_sent,
        name_as_sent,
        count(*) as uses,
        bool_or(not is_variation) as is_named_by_products
    from {{ ref('stg_woo__product_options') }}
    group by store_id, attribute_id, slug_as_sent, name_as_sent
),

decoded as (
    select
        *,
        btrim(
            case
                when attribute_id = 0 and position('%' in name_as_sent) > 0 then {{ function('percent_decoded') }}(name_as_sent)
                else {{ decoded('name_as_sent') }}
            end
        ) as name
    from sent
)

select
    decoded.store_id,
    decoded.attribute_id,
    decoded.slug_as_sent,
    decoded.name_as_sent,
    decoded.name,
    decoded.uses,
    decoded.is_named_by_products,
    case
        when decoded.attribute_id = 0 then {{ function('attribute_code') }}(decoded.name)
        else coalesce(
            attributes.attribute_code,
            -- Attributes were not synced.
            nullif(decoded.slug_as_sent, ''),
            'pa_' || {{ function('attribute_code') }}(decoded.name)
        )
    end as attribute_code,
    name_keys.keys[1] as slug_key,
    name_keys.keys[2] as german_slug_key
from decoded
cross join lateral (select {{ function('name_keys') }}(decoded.name) as keys) as name_keys
left join {{ ref('int_global_attributes') }} as attributes
    on decoded.store_id = attributes.store_id and decoded.attribute_id = attributes.attribute_id
