{#-
  A landed JSON list as an array. PHP sends a list with gaps as an object of numbers: {"1": ..., "3": ...}.
  Null for anything else.
-#}
{% macro json_list(value) -%}
    case jsonb_typeof({{ value }})
        when 'array' then {{ value }}
        when 'object' then (
            -- The order is worked out before the keys are looked at.
            select jsonb_agg(numbered.entry order by case when numbered.place ~ '^[0-9]{1,9}$' then numbered.place::integer end)
            from jsonb_each({{ value }}) as numbered (place, entry)
            having bool_and(numbered.place ~ '^[0-9]{1,9}$')
        )
    end
{%- endmacro %}

{#- A JSON text or number as text; null for anything else. -#}
{% macro json_text(value) -%}
    case when jsonb_typeof({{ value }}) in ('string', 'number') then {{ value }} #>> '{}' end
{%- endmacro %}

{#- The value of a meta key of the row `landed`, the first where it comes several times. -#}
{% macro meta_value(key) -%}
    jsonb_path_query_first(landed.meta_data, '$[*] ? (@.key == {{ '"' ~ key ~ '"' }}).value')
{%- endmacro %}
