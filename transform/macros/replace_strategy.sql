{#-
  Incremental strategy `replace`: all rows are worked out anew and exchanged in one transaction.

  dbt's own `table` drops the old table and, with it, every view that stands on it; a reader would find nothing there
  until the build has come to the last view, and a view of the PIM team's own would be lost.
-#}
{% macro get_incremental_replace_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}
