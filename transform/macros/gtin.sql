{#- The sum of a code's digits that its check digit makes a multiple of ten; 14 digits at most. -#}
{% macro gtin_sum(code) -%}
    (
        {%- for place in range(14) %}
        {{ 3 if place % 2 else 1 }} * ({{ code }}::bigint / {{ 10 ** place }} % 10){{ ' +' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#- The twelve digits that the eight of a UPC-E stand for (GS1 General Specifications, section 5.2.2.4.2). -#}
{% macro upc_a(code) -%}
    case
        when substr({{ code }}, 7, 1) in ('0', '1', '2')
            then left({{ code }}, 3) || substr({{ code }}, 7, 1) || '0000' || substr({{ code }}, 4, 3)
        when substr({{ code }}, 7, 1) = '3' then left({{ code }}, 4) || '00000' || substr({{ code }}, 5, 2)
        when substr({{ code }}, 7, 1) = '4' then left({{ code }}, 5) || '00000' || substr({{ code }}, 6, 1)
        else left({{ code }}, 6) || '0000' || substr({{ code }}, 7, 1)
    end || right({{ code }}, 1)
{%- endmacro %}

{#- A GTIN in the form in which those of one product are equal: 14 digits. What is no GTIN stays as it is. -#}
{% macro gtin_14(code, kind) -%}
    case
        when {{ kind }} = 'GTIN-12' and length({{ code }}) = 8 then lpad({{ upc_a(code) }}, 14, '0')
        when {{ code }} ~ '^([0-9]{8}|[0-9]{12,14})$' then lpad({{ code }}, 14, '0')
        else {{ code }}
    end
{%- endmacro %}
