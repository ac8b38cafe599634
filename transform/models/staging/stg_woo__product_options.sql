{{ config(incremental_strategy='append', pre_hook='{{ drop_changed() }}',
          indexes=[{'columns': ['store_id', 'product_id']}]) }}
-- Attributes and their options as products and variations name them. A variation's attribute has one option or none.
select
    landed.store_id,
    landed.product_id,
    landed.source = 'product_variations' or coalesce(landed.type like '%variation', false) as is_variation,
    -- 0 for an attribute that is local to the product.
    case when entry ->> 'id' ~ '^[1-9][0-9]{0,17}$' then (entry ->> 'id')::bigint else 0 end as attribute_id,
    coalesce(entry ->> 'slug', '') as slug_as_sent,
    coalesce(entry ->> 'name', '') as name_as_sent,
    listed.place as position,
    coalesce(entry ->> 'variation' in ('true', '1', 'yes'), false) as is_axis,
    coalesce(entry ->> 'visible' in ('true', '1', 'yes'), false) as is_visible,
    options.place as option_position,
    options.option as option_as_sent
from {{ changed_products() }}
cross join lateral jsonb_array_elements(landed.attributes) with ordinality as listed (entry, place)
left join lateral (
    select {{ json_text('sent') }} as option, place
    from jsonb_array_elements(
        coalesce(
            {{ json_list("entry -> 'options'") }},
            case
                when jsonb_typeof(entry -> 'options') = 'object' then jsonb_path_query_array(entry -> 'options', '$.*')
                when jsonb_typeof(entry -> 'options') in ('string', 'number') then jsonb_build_array(entry -> 'options')
                when jsonb_typeof(entry -> 'option') in ('string', 'number') then jsonb_build_array(entry -> 'option')
            end
        )
    ) with ordinality as named (sent, place)
    where btrim({{ json_text('sent') }}) <> ''
) as options on true
where jsonb_typeof(entry) = 'object'
