{#- Every row of a store refers to a row of the same store in another model, or to none. -#}
{% test refers_to(model, columns, to, to_columns=none) %}
{%- set to_columns = to_columns or columns %}
select own.*
from {{ model }} as own
where
    true
    {%- for column in columns %}
    and own.{{ column }} is not null
    {%- endfor %}
    and not exists (
        select 1
        from {{ to }} as other
        where
            true
            {%- for column in columns %}
            and own.{{ column }} = other.{{ to_columns[loop.index0] }}
            {%- endfor %}
    )
{% endtest %}
