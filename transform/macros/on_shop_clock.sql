{#- A time of a shop as its people read it; the shop's row of store_clocks is `clocks`. -#}
{% macro on_shop_clock(time) -%}
    coalesce({{ time }} at time zone 'UTC' at time zone clocks.time_zone, {{ time }} + coalesce(clocks.ahead_of_utc, '0'))
{%- endmacro %}
