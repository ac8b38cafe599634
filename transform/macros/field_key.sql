{#- The key of a custom field, as long as WordPress keeps keys. PostgreSQL's indexes take no longer than about 670 letters. -#}
{% macro field_key(text) -%} left({{ text }}, 255) {%- endmacro %}
