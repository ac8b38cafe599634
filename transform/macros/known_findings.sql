{#- Make int_known_findings what health_checks is now, in the transaction in which health_history got its rows. -#}
{% macro forget_gone_findings() -%}
    delete from {{ ref('int_known_findings') }} as known
    where not exists (
        select 1
        from {{ ref('health_checks') }} as found
        where
            found.store_id = known.store_id
            and found.check_name = known.check_name
            and coalesce(found.product_id, 0) = known.product_id
            and found.subject = known.subject
    )
{%- endmacro %}

{% macro remember_new_findings() -%}
    insert into {{ ref('int_known_findings') }} (store_id, check_name, product_id, subject)
    select store_id, check_name, coalesce(product_id, 0), subject
    from {{ ref('health_checks') }} as found
    where not exists (
        select 1
        from {{ ref('int_known_findings') }} as known
        where
            known.store_id = found.store_id
            and known.check_name = found.check_name
            and known.product_id = coalesce(found.product_id, 0)
            and known.subject = found.subject
    )
{%- endmacro %}
