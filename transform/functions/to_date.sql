{#- The day that a text names, as 2026-11-30 or (as Advanced Custom Fields keeps it) 20261130; null when it names none. -#}
select
    case
        when digits ~ '^(?!0000)[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$' then (
            select first_of_month + day - 1
            from (
                select
                    make_date(left(digits, 4)::integer, substr(digits, 5, 2)::integer, 1) as first_of_month,
                    right(digits, 2)::integer as day
            ) as parts
            where day <= extract(day from first_of_month + interval '1 month - 1 day')
        )
    end
from (select regexp_replace(btrim(value), '^([0-9]{4})-([0-9]{2})-([0-9]{2})$', '\1\2\3') as digits) as cleaned
