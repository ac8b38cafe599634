{#- Every row of a store refers to a row of the same store in another model, or to none. -#}
{% test refers_to(model, columns, to, key=none) %}
{{ at_the_end() }}
select own.*
from {{ model }} as own
where
    {{ of_this_build(key or columns) }}
    {%- for column in columns %}
    and own.{{ column }} is not null
    {%- endfor %}
    and not exists (
        select 1
        from {{ to }} as other
        where
            true
            {%- for column in columns %}
            and own.{{ column }} = other.{{ column }}
            {%- endfor %}
    )
{% endtest %}
