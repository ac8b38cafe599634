{{ config(incremental_strategy='append', pre_hook='{{ drop_changed() }}',
          indexes=[{'columns': ['store_id', 'product_id']}]) }}
{#-
  Which products a product refers to, in its order, and what bundles and composites are made of, with quantities.

  Known are WooCommerce's own lists; Product Bundles (bundled_items), Composite Products (composite_components), Mix and
  Match (mnm_child_items, mnm_contents); and, in custom fields, WPC Product Bundles (woosb_ids), WPC Grouped (woosg_ids),
  WPC Composite (wooco_components), YITH (_yith_wcpb_bundle_data) and Mix and Match (_mnm_data).
-#}
{%- set fields = {'bundled_items': 'bundled', 'mnm_child_items': 'bundled', 'mnm_contents': 'bundled', 'composite_components': 'component'} %}
{%- set metas = {
    'woosb_ids': 'bundled', '_yith_wcpb_bundle_data': 'bundled', '_mnm_data': 'bundled', 'woosg_ids': 'grouped',
    'wooco_components': 'component'
} %}
with listed as (
    select landed.store_id, landed.product_id, lists.kind, entries.entry, entries.place
    from {{ changed_products() }}
    cross join lateral (
        select
            kind,
            case when jsonb_typeof(list) in ('array', 'object') then list end as list
        from (
            values
                ('upsell', landed.upsell_ids), ('cross_sell', landed.cross_sell_ids), ('grouped', landed.grouped_products)
                {%- for field, kind in fields.items() %},
                ('{{ kind }}', landed.extra_fields -> '{{ field }}')
                {%- endfor %}
        ) as sent (kind, list)
        where list is not null
        union all
        select
            case entry ->> 'key' {% for key, kind in metas.items() %}when '{{ key }}' then '{{ kind }}' {% endfor %}end,
            case
                when jsonb_typeof(entry -> 'value') in ('array', 'object') then entry -> 'value'
                -- WPC kept its parts as a text once: id/quantity,id/quantity.
                when jsonb_typeof(entry -> 'value') = 'string' and entry ->> 'value' ~ '^[0-9]+/[0-9.]+(,[0-9]+/[0-9.]+)*$'
                    then (
                        select jsonb_agg(jsonb_build_object('id', split_part(part, '/', 1), 'qty', split_part(part, '/', 2)))
                        from string_to_table(entry ->> 'value', ',') as part
                    )
            end
        from jsonb_array_elements(landed.meta_data) as meta (entry)
        where jsonb_typeof(entry) = 'object' and entry ->> 'key' in ('{{ metas.keys() | join("', '") }}')
    ) as lists
    -- An object's entries come in the order of its keys, so that is theirs unless they say another one.
    cross join lateral (
        select entry, place
        from jsonb_array_elements(case when jsonb_typeof(lists.list) = 'array' then lists.list end)
            with ordinality as elements (entry, place)
        union all
        select
            case when jsonb_typeof(value) = 'object' then value else jsonb_build_object('id', key, 'qty', value) end,
            row_number() over (
                order by case when value ->> 'bundle_order' ~ '^[0-9]{1,9}$' then (value ->> 'bundle_order')::integer end, place
            )
        from jsonb_each(case when jsonb_typeof(lists.list) = 'object' then lists.list end)
            with ordinality as named (key, value, place)
    ) as entries
),

parts as (
    select
        listed.store_id,
        listed.product_id,
        listed.kind,
        listed.place,
        products.place as place_in_part,
        products.id,
        {{ function('to_number') }}(coalesce(entry ->> 'quantity_min', entry ->> 'bp_min_qty', entry ->> 'qty', entry ->> 'quantity', entry ->> 'bp_quantity', entry ->> 'min'))
            as quantity_min,
        {{ function('to_number') }}(
            case
                when entry ? 'quantity_min' or entry ? 'quantity_max' then entry ->> 'quantity_max'
                else coalesce(entry ->> 'bp_max_qty', entry ->> 'qty', entry ->> 'quantity', entry ->> 'bp_quantity', entry ->> 'max')
            end
        ) as quantity_max,
        lower(entry ->> 'optional') in ('true', 'yes', '1', 'on') as is_optional
    from listed
    cross join lateral (
        -- A bare id; or an object, with one id or, of a composite, those to choose from.
        select {{ json_text('listed.entry') }} as id, 1 as place
        union all
        select found.id, 1
        from (
            select candidate.id
            from (
                values
                    (1, listed.entry ->> 'variation_id'), (2, listed.entry ->> 'child_id'), (3, listed.entry ->> 'product_id'),
                    (4, case when listed.kind <> 'component' then listed.entry ->> 'id' end)
            ) as candidate (rank, id)
            where jsonb_typeof(listed.entry) = 'object' and candidate.id ~ '^[1-9][0-9]{0,17}$'
            order by candidate.rank
            limit 1
        ) as found
        union all
        select {{ json_text('choice') }}, place + 1
        from (values ('query_ids'), ('assigned_ids'), ('products')) as choices (name)
        cross join lateral jsonb_array_elements({{ json_list("listed.entry -> choices.name") }}) with ordinality as chosen (choice, place)
        where listed.kind = 'component' and coalesce(listed.entry ->> 'query_type', 'product_ids') = 'product_ids'
    ) as products (id, place)
    where products.id ~ '^[1-9][0-9]{0,17}$'
)

-- A bundle that names one product twice holds the sum.
select
    store_id,
    product_id,
    kind,
    id::bigint as related_product_id,
    row_number() over (partition by store_id, product_id, kind order by min(place), min(place_in_part)) as position,
    case
        when kind = 'bundled' then sum(case when is_optional then 0 else quantity_min end)
        else min(case when is_optional then 0 else quantity_min end)
    end as quantity_min,
    case when bool_and(quantity_max is not null) then case when kind = 'bundled' then sum(quantity_max) else max(quantity_max) end end
        as quantity_max
from parts
group by store_id, product_id, kind, id::bigint
