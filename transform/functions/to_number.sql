{#- The number that a text is, null when it is none. Bounded in length, so that no text makes a build fail. -#}
select
    case
        when length(value) <= 40 and btrim(value) ~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$' then btrim(value)::numeric
    end
