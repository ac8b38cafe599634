{#-
  A view that is left alone as long as its definition is the same.

  dbt's own `view` is made anew in each build and takes every view that stands on it away for a while. This one is made
  anew only where its columns changed otherwise than by further ones at the end, as promoted custom fields are. The views
  that take all columns of another one are due when those change, though their text is the same.
-#}
{% materialization steady_view, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set mark = 'dbt ' ~ local_md5(sql ~ var('promoted_custom_fields') ~ rules_digest()) -%}
    {%- set kept = run_query(
        "select 1 from pg_class where oid = to_regclass('" ~ this.include(database=false) ~ "') and relkind = 'v' "
        ~ "and obj_description(oid, 'pg_class') = '" ~ mark ~ "'"
    ) -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {%- if kept | length -%}
        select 1
        {%- else -%}
        do $steady$
        begin
            create or replace view {{ target_relation }} as {{ sql }};
        exception when invalid_table_definition then
            drop view {{ target_relation }} cascade;
            create view {{ target_relation }} as {{ sql }};
        end
        $steady$;
        comment on view {{ target_relation }} is '{{ mark }}'
        {%- endif -%}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
