{#-
  A landed table as a subquery, with exactly the columns asked for.

  Tables and columns need not be there: a store whose sync leaves a component out, or whose WooCommerce lacks it, has no
  such table. A missing table has no rows, a missing column is null.

  Args:
      table: name of the landed table.
      columns: what is wanted, column name to type. `array` and `object` are jsonb of that kind and null for any other
          (target-postgres writes a missing object as a JSON null); an array may have come as an object of numbers.
-#}
{% macro landed(table, columns) %}
    {%- set source_relation = source('woo', table) -%}
    {%- set relation = adapter.get_relation(
        source_relation.database, source_relation.schema, source_relation.identifier
    ) if execute -%}
    {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | list if relation else [] -%}
    (
        select
            {%- for name, type in columns.items() %}
            {{ landed_column(name, type, name in present or (name == 'xmin' and relation)) }} as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        {%- if relation %}
        from {{ relation }}
        {%- else %}
        where false
        {%- endif %}
    )
{%- endmacro %}

{% macro landed_column(name, type, is_present) -%}
    {%- set sql_type = 'jsonb' if type in ('array', 'object') else type -%}
    {%- if not is_present -%} null::{{ sql_type }}
    {%- elif type == 'array' -%} {{ json_list(name) }}
    {%- elif type == 'object' -%} case when jsonb_typeof({{ name }}) = 'object' then {{ name }} end
    {%- else -%} {{ name }}::{{ type }}
    {%- endif -%}
{%- endmacro %}

{#- Whether a landed table is there and has a column, as an SQL literal. -#}
{% macro has_landed(table, column) -%}
    {%- set found = source('woo', table) -%}
    {%- set relation = adapter.get_relation(found.database, found.schema, found.identifier) if execute -%}
    {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | list if relation else [] -%}
    {{ 'true' if column in present else 'false' }}
{%- endmacro %}

{#- Whether a field came for a store's products; for `own`, which has is_variation, when no source is named. -#}
{% macro was_sent(field, source=none) -%}
    (store_id, {% if source %}'{{ source }}'{% else %}case when is_variation then 'product_variations' else 'products' end{% endif %}, '{{ field }}')
    in (select sent.store_id, sent.source, sent.field from {{ ref('stg_woo__sent_fields') }} as sent)
{%- endmacro %}

{#- A text as an SQL literal. -#}
{% macro literal(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}
