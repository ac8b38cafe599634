{#- The aggregate that makes the column of a promoted custom field: typed, null where the value does not fit. -#}
{% macro promoted_column(field) -%}
    {%- set of_field = 'filter (where key = ' ~ literal(field.key) ~ ')' -%}
    {%- if field.type == 'text' -%} max(value_text) {{ of_field }}
    {%- elif field.type == 'numeric' -%} max({{ function('to_number') }}(value_text)) {{ of_field }}
    {%- elif field.type == 'integer' -%}
    max(case when btrim(value_text) ~ '^[+-]?[0-9]{1,18}$' then btrim(value_text)::bigint end) {{ of_field }}
    {%- elif field.type == 'boolean' -%}
    bool_or(
        case
            when lower(btrim(value_text)) in ('1', 'true', 'yes', 'on') then true
            when lower(btrim(value_text)) in ('', '0', 'false', 'no', 'off') then false
        end
    ) {{ of_field }}
    {%- elif field.type == 'date' -%} max({{ function('to_date') }}(value_text)) {{ of_field }}
    {%- else -%}
    {{ exceptions.raise_compiler_error(
        'promoted_custom_fields: ' ~ field.type ~ ' is no type for a column. Use text, numeric, integer, boolean or date.'
    ) }}
    {%- endif -%}
{%- endmacro %}

{#- The name of a promoted custom field's column, when it is none of those `taken`; it is one of them from now on. -#}
{% macro new_column(field, taken) -%}
    {%- if field.column in taken -%}
    {{ exceptions.raise_compiler_error(
        'promoted_custom_fields: pim.products already has a column ' ~ field.column
        ~ '. Give the custom field ' ~ field.key ~ ' another column name.'
    ) }}
    {%- endif -%}
    {%- do taken.append(field.column) -%}
    {{ return(field.column) }}
{%- endmacro %}
