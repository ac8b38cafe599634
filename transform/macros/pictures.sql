{#-
  The pictures of the row `landed` as a subquery (place, media_id, url, name, alt_text), in the store's order: its images,
  a variation's gallery (since 11.0, ids only), and addresses that plugins keep in custom fields.

  A picture can be an address without an attachment: its id is 0 or missing. WooCommerce's placeholder is none.
-#}
{% macro pictures() -%}
    {%- set main = [] -%}
    {%- for key in var('image_meta_keys') %}{% do main.append(literal(key)) %}{% endfor -%}
    (
        select
            listed.place,
            case when entry ->> 'id' ~ '^[1-9][0-9]{0,17}$' then (entry ->> 'id')::bigint end as media_id,
            case when jsonb_typeof(entry -> 'src') = 'string' then nullif(entry ->> 'src', '') end as url,
            entry ->> 'name' as name,
            nullif(btrim(entry ->> 'alt'), '') as alt_text
        from (
            select case when jsonb_typeof(entry) = 'string' then jsonb_build_object('src', entry) else entry end as entry, place
            from jsonb_array_elements(landed.images) with ordinality as images (entry, place)
            union all
            select jsonb_build_object('id', entry), place + 1
            from jsonb_array_elements(landed.gallery_image_ids) with ordinality as images (entry, place)
        ) as listed
        where
            entry ->> 'id' ~ '^[1-9][0-9]{0,17}$'
            or (
                coalesce(entry ->> 'id', '0') in ('0', '', 'false')
                and entry ->> 'src' ~* '^(https?:)?//'
                and entry ->> 'src' !~ '/(woocommerce-)?placeholder[^/]*$'
            )
        union all
        select
            case
                when jsonb_array_length(landed.gallery_image_ids) > 0 then 1 + jsonb_array_length(landed.gallery_image_ids)
                else coalesce(jsonb_array_length(landed.images), 0)
            end
            + row_number() over (order by known.rank, known.place, known.part),
            null,
            known.url,
            null,
            null
        from (
            select distinct on (found.url) found.url, found.rank, found.place, found.part
            from (
                select
                    case
                        when entry ->> 'key' = any(array[{{ main | join(', ') }}]::text[]) then 0
                        else 1
                    end as rank,
                    meta.place,
                    parts.part,
                    btrim(parts.url) as url
                from jsonb_array_elements(landed.meta_data) with ordinality as meta (entry, place)
                cross join lateral (
                    -- Some plugins keep several addresses in one value, with | between, or an object with a size.
                    select * from string_to_table({{ json_text("entry -> 'value'") }}, '|') with ordinality as texts (url, part)
                    union all
                    select found.address #>> '{}', row_number() over ()
                    from jsonb_path_query(
                        entry -> 'value',
                        'lax $.** ? (@.type() == "string" && @ like_regex "^https?://")'
                    ) as found (address)
                    where jsonb_typeof(entry -> 'value') in ('object', 'array')
                ) as parts (url, part)
                where
                    jsonb_typeof(entry) = 'object'
                    and entry ->> 'key' ~ {{ literal('^(' ~ (var('image_meta_keys') + var('gallery_meta_keys')) | join('|') ~ ')(_[0-9]{1,3})?$') }}
            ) as found
            where
                found.url ~* '^(https?:)?//'
                and not exists (
                    select 1
                    from jsonb_array_elements(landed.images) as shown (image)
                    where shown.image ->> 'src' = found.url
                )
            order by found.url, found.rank, found.place, found.part
        ) as known
    )
{%- endmacro %}
