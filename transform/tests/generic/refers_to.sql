{#- Every row of a store (live_only: of a product still in it) refers to a row of the same store in another model, or to none. -#}
{% test refers_to(model, columns, to, key=none, live_only=false) %}
{{ at_the_end() }}
select own.*
from {{ model }} as own
where
    {{ of_this_build(key or columns) }}
    {%- if live_only %} and {{ is_in_store('own') }}{% endif %}
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
