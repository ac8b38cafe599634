{#-
  Tells PostgreSQL what is in a table of which this build wrote more than a tenth: without it, a small change was joined the
  slow way, in minutes. To look at all large tables again for 30 rows took a sixth of a small build; autovacuum sees to what
  small changes add up to.
-#}
{% macro analysed() -%}
    {%- if model.config.materialized == 'steady_view' -%}
    select 1
    {%- else -%}
    do $analysed$
    begin
        if (
            select 10 * (written.n_tup_ins + written.n_tup_upd + written.n_tup_del) > known.reltuples
            from pg_stat_xact_all_tables as written
            inner join pg_class as known on written.relid = known.oid
            where known.oid = '{{ this }}'::regclass
        ) then
            analyze {{ this }};
        end if;
    end
    $analysed$
    {%- endif -%}
{%- endmacro %}
