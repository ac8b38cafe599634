{#-
  The code of a local attribute: its name in lower case, runs of spaces and punctuation as one hyphen. "Colour",
  "colour " and "Colour:" have one code. It has no underscore, as every slug of a global attribute (pa_...) has.
-#}
select
    coalesce(
        nullif(
            btrim(regexp_replace(lower(translate(name, chr(160), ' '){{ any_script() }}), '[\s!"#$%&''()*+,./:;<=>?@\\\[\]^_`{|}~-]+', '-', 'g'), '-'),
            ''
        ),
        'unnamed'
    )
