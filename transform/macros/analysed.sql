{#- Tells PostgreSQL what is in a table just written: without it, a small change was joined the slow way, in minutes. -#}
{% macro analysed() -%}
    {%- if model.config.materialized != 'steady_view' -%} analyze {{ this }} {%- else -%} select 1 {%- endif -%}
{%- endmacro %}
