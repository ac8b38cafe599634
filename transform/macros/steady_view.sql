{#-
  A view that is left alone as long as its definition is the same.

  dbt's own `view` is made anew in each build and takes every view that stands on it away for a while.
-#}
{% materialization steady_view, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set mark = 'dbt ' ~ local_md5(sql) -%}
    {%- set kept = run_query(
        "select 1 from pg_class where oid = to_regclass('" ~ this.include(database=false) ~ "') and relkind = 'v' "
        ~ "and obj_description(oid, 'pg_class') = '" ~ mark ~ "'"
    ) -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {%- if kept | length -%}
        select 1
        {%- else -%}
        drop view if exists {{ target_relation }} cascade;
        create view {{ target_relation }} as {{ sql }};
        comment on view {{ target_relation }} is '{{ mark }}'
        {%- endif -%}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
