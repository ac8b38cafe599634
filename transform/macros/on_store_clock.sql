{#- A time of a store as its people read it; the store's row of store_clocks is `clocks`. -#}
{% macro on_store_clock(time) -%}
    coalesce({{ time }} at time zone 'UTC' at time zone clocks.time_zone, {{ time }} + coalesce(clocks.ahead_of_utc, '0'))
{%- endmacro %}
