{#-
  What kind of GTIN a code is (digits only, no spaces), null when its length or its check digit is wrong. A UPC-E is the
  GTIN-12 that it is short for. Noughts alone pass the sum, and are nobody's number.
-#}
select
    case
        when code !~ '[1-9]' then null
        when code ~ '^([0-9]{8}|[0-9]{12,14})$' and {{ gtin_sum('code') }} % 10 = 0 then 'GTIN-' || length(code)
        when code ~ '^[01][0-9]{7}$' and {{ gtin_sum('(' ~ upc_a('code') ~ ')') }} % 10 = 0 then 'GTIN-12'
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
