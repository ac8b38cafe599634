{#-
  Incremental strategy `replace`: all rows are worked out anew, and those that differ are exchanged in one transaction.

  dbt's own `table` drops the old table and, with it, every view that stands on it; a reader would find nothing there
  until the build has come to the last view, and a view of the PIM team's own would be lost. Rows that are as they were
  are left alone: to write 200,000 findings again took longer than to find them.

  With `kept_checks` in a model's config, what it has of these checks stays, too, but for affected products: of those alone
  it works these checks out anew.
-#}
{% macro get_incremental_replace_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set same = 'md5(row(' ~ columns ~ ')::text)' -%}
    {%- set worked_out = of_checks_worked_out(config.get('kept_checks')) -%}
    with fresh as materialized (
        select {{ same }} as digest from {{ arg_dict['temp_relation'] }}
    )

    delete from {{ arg_dict['target_relation'] }}
    where {{ worked_out }} and not exists (select 1 from fresh where fresh.digest = {{ same }});

    with kept as materialized (
        select {{ same }} as digest from {{ arg_dict['target_relation'] }} where {{ worked_out }}
    )

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
    where not exists (select 1 from kept where kept.digest = {{ same }})
{% endmacro %}

{% macro of_checks_worked_out(kept_checks) -%}
    {%- if kept_checks -%}
    (
        check_name not in ('{{ kept_checks | join("', '") }}')
        or (store_id, product_id) in (select store_id, product_id from {{ ref('int_affected_products') }})
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
