{{ config(incremental_strategy='append', pre_hook='{{ drop_changed() }}',
          indexes=[{'columns': ['store_id', 'product_id']}, {'columns': ['key']}]) }}
-- The custom fields of products and variations. A key can come several times: position numbers its values.
select
    landed.store_id,
    landed.product_id,
    {{ field_key("entry ->> 'key'") }} as key,
    row_number() over (
        partition by landed.store_id, landed.product_id, {{ field_key("entry ->> 'key'") }} order by place
    ) as position,
    jsonb_typeof(entry -> 'value') as value_type,
    entry -> 'value' as value,
    entry ->> 'value' as value_text
from {{ changed_products() }}
cross join lateral jsonb_array_elements(landed.meta_data) with ordinality as listed (entry, place)
where
    jsonb_typeof(entry) = 'object'
    and entry ->> 'key' is not null
    -- Advanced Custom Fields notes beside each value which of its fields it is of: care_text, and _care_text = field_63f1.
    and not (
        entry ->> 'key' like '\_%'
        and entry ->> 'value' like 'field\_%'
        and exists (
            select 1
            from jsonb_array_elements(landed.meta_data) as beside (twin)
            where beside.twin ->> 'key' = substr(listed.entry ->> 'key', 2)
        )
    )
