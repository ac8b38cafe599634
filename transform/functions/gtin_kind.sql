{#- What kind of GTIN a code is (digits only, no spaces), null when its length or its check digit is wrong. -#}
select
    case
        when
            code ~ '^([0-9]{8}|[0-9]{12,14})$'
            and (
                {%- for place in range(14) %}
                {{ 3 if place % 2 else 1 }} * (code::bigint / {{ 10 ** place }} % 10){{ ' +' if not loop.last }}
                {%- endfor %}
            ) % 10 = 0
            then 'GTIN-' || length(code)
        when
            code ~ '^[0-9]{9}[0-9X]$'
            and (
                {%- for place in range(1, 10) %}
                {{ 11 - place }} * substr(code, {{ place }}, 1)::integer +
                {%- endfor %}
                case right(code, 1) when 'X' then 10 else right(code, 1)::integer end
            ) % 11 = 0
            then 'ISBN-10'
    end
