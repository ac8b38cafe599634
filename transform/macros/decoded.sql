{#- A text with its HTML entities decoded. Most have none, and a function costs more than a look for one. -#}
{% macro decoded(text) -%}
    case when position('&' in {{ text }}) > 0 then {{ function('decode_html') }}({{ text }}) else {{ text }} end
{%- endmacro %}
