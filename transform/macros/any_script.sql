{#-
  A collation by which lower() knows the letters of any script. The one of a database may know those of English alone
  (initdb's C).
-#}
{% macro any_script() -%}
    {%- if execute -%}
    {%- set found = run_query(
        "select quote_ident(collname) from pg_collation where collname in ('und-x-icu', 'pg_c_utf8', 'C.utf8', 'en_US.utf8') "
        ~ "and collencoding in (-1, (select encoding from pg_database where datname = current_database())) "
        ~ "order by array_position(array['und-x-icu', 'pg_c_utf8', 'C.utf8', 'en_US.utf8'], collname::text) limit 1"
    ) -%}
    {%- if found | length %} collate pg_catalog.{{ found[0][0] }}{% endif -%}
    {%- endif -%}
{%- endmacro %}
