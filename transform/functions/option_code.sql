{#- The code of an option that has no term: its text in lower case, runs of spaces as one. Punctuation counts: 50 is not 50 %. -#}
select lower(btrim(regexp_replace(translate(name, chr(160), ' '), '\s+', ' ', 'g')){{ any_script() }})
