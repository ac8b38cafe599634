{#- No two rows have the same key, and no part of it is null. -#}
{% test unique_key(model, columns, nullable=[]) %}
{{ at_the_end() }}
select {{ columns | join(', ') }}, count(*) as found
from {{ model }} as own
where {{ of_this_build(columns, nullable) }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns if column not in nullable %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
