{#-
  What is left of an attribute's name when WooCommerce has made a slug of it: letters and digits in lower case, without
  accents. Twice, since some languages of WordPress write an umlaut as two letters. Names of one attribute share a key.
  WordPress writes some signs as letters (× as x, € as e) and leaves ™ out; a Greek word in capitals may end in either sigma.
-#}
select array[plain, german]
from (
    select
        {%- for letters in ("replaced", "replace(replace(replace(replace(replace(replace(replace(replaced, 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ø', 'oe'), 'å', 'aa'), 'ß', 'ss'), 'đ', 'dj')") %}
        regexp_replace(
            translate(normalize({{ letters }}, nfkd), 'øłđßıðħŧŋ', 'oldsidhtn'),
            '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02b0-\u036f\u0483-\u0489\u2000-\u2bff\u3000-\u303f\ufe00-\ufe0f\ufffd]+',
            '',
            'g'
        ) as {{ 'plain' if loop.first else 'german' }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            replace(
                replace(
                    replace(
                        translate(lower(normalize(regexp_replace(name, '^pa_', ''), nfc){{ any_script() }}), 'ς×€™', 'σxe'),
                        'æ', 'ae'
                    ),
                    'œ', 'oe'
                ),
                'þ', 'th'
            ) as replaced
    ) as lowered
) as keys
