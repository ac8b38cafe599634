{#- Whether a category's slug is that of a store's catch-all, in one of the languages of catch_all_category_slugs. -#}
{% macro is_catch_all(slug) -%}
    regexp_replace(
        case when position('%' in {{ slug }}) > 0 then {{ function('percent_decoded') }}({{ slug }}) else {{ slug }} end,
        '-[a-z]{2}(-[a-z]{2})?$',
        ''
    ) = any(array[{% for known in var('catch_all_category_slugs') %}{{ literal(known) }}{{ ', ' if not loop.last }}{% endfor %}]::text[])
{%- endmacro %}
