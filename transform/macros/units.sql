{#- How many kilograms or centimetres a unit of the store's settings is; 1 where the unit is unknown. -#}
{% macro in_kilograms(unit) -%}
    case {{ unit }} when 'g' then 0.001 when 'lbs' then 0.45359237 when 'oz' then 0.028349523125 else 1 end
{%- endmacro %}

{% macro in_centimetres(unit) -%}
    case {{ unit }} when 'm' then 100 when 'mm' then 0.1 when 'in' then 2.54 when 'yd' then 91.44 else 1 end
{%- endmacro %}
