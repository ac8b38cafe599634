{#-
  A code as people read it: without letters that nobody sees (zero width, direction, soft hyphen), with plain spaces,
  hyphens and quotes, and no spaces around it.
-#}
select
    case
        when value !~ '[^ -~]' then btrim(value)
        else btrim(
            regexp_replace(
                translate(
                    regexp_replace(
                        normalize(value, nfc),
                        '[\u0001-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc]',
                        '',
                        'g'
                    ),
                    U&'\2010\2011\2012\2013\2014\2015\2212\FE58\FE63\FF0D\2018\2019\02BC\201C\201D',
                    '----------''''''""'
                ),
                '[\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+',
                ' ',
                'g'
            )
        )
    end
