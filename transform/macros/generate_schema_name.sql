{#- The schemas are named as the project names them: pim for what people use, pim_work for what only the model uses. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
