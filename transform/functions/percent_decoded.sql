{#-
  A slug with its percent signs decoded, as WordPress keeps those of other scripts. A letter that was cut in half is left
  out; what is no UTF-8 stays as it is.
-#}
select
    case
        when
            whole ~* '^([^%]|%[2-7][0-9a-f]|%(c[2-9a-f]|d[0-9a-f])%[89ab][0-9a-f]|%(e0%[ab]|e[1-9a-cef]%[89ab]|ed%[89])[0-9a-f]%[89ab][0-9a-f]|%(f0%[9ab]|f[1-3]%[89ab]|f4%8)[0-9a-f](%[89ab][0-9a-f]){2})*$'
            then convert_from(
                (
                    select
                        string_agg(
                            case
                                when found[1] ~ '^%.' then decode(substr(found[1], 2), 'hex')
                                else convert_to(found[1], 'UTF8')
                            end,
                            ''::bytea
                            order by place
                        )
                    from regexp_matches(whole, '%[0-9A-Fa-f]{2}|[^%]+', 'g') with ordinality as pieces (found, place)
                ),
                'UTF8'
            )
        else value
    end
from (
    select regexp_replace(value, '(%[c-f][0-9a-f]|%[ef][0-9a-f]%[89ab][0-9a-f]|%f[0-9a-f](%[89ab][0-9a-f]){2})$', '', 'i') as whole
) as cut
