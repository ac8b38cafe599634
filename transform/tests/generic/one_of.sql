{#- A column has one of these values, or none. As dbt's accepted_values, but for when it runs and what it looks at. -#}
{% test one_of(model, column_name, values, key=[]) %}
{{ at_the_end() }}
select {{ column_name }}, count(*) as found
from {{ model }} as own
where
    {{ of_this_build(key) }}
    and {{ column_name }} not in ({% for value in values %}{{ literal(value) }}{{ ', ' if not loop.last }}{% endfor %})
group by {{ column_name }}
{% endtest %}
