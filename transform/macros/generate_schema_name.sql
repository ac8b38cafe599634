{#-
  Where the model goes: what people use into model_schema (the target's own schema if that is not set), what only the model
  uses into work_schema.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ work_schema() if custom_schema_name == 'work' else model_schema() }}
{%- endmacro %}

{% macro model_schema() -%}
    {{ return(var('model_schema') or target.schema) }}
{%- endmacro %}

{% macro work_schema() -%}
    {{ return(var('work_schema') or model_schema() ~ '_work') }}
{%- endmacro %}
