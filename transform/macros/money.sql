{#-
  A price as it was meant. Some plugins compute prices and send floats (20.189999999999998): what has more decimals than
  anybody writes is rounded to those of the store.
-#}
{% macro money(number, decimals) -%}
    case
        when scale({{ number }}) > 10 then round({{ number }}, least(greatest(coalesce({{ decimals }}, 2), 0), 10))
        else {{ number }}
    end
{%- endmacro %}
