{#- The number that a text is, null when it is none. Bounded in length, so that no text makes a build fail. -#}
select
    case
        when btrim(value) ~ '^[+-]?([0-9]{1,20}([.][0-9]{0,12})?|[.][0-9]{1,12})$' then btrim(value)::numeric
    end
