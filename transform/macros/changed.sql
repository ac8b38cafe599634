{#-
  How the models that take landed products apart (model property `+tags: apart`) keep up with them.

  `landed_rows` marks the rows that are not the ones `shop_products` was made from. Each of these models drops what it
  has of the marked rows and takes them apart anew. `shop_products` comes last and only when all the others succeeded,
  so that a row stays marked until every model has it.
-#}
{% macro drop_changed() %}
    {%- if is_incremental() -%}
    delete from {{ this }} as old
    using {{ ref('landed_rows') }} as landed
    where landed.is_changed and old.store_id = landed.store_id and old.product_id = landed.product_id
    {%- else -%}
    select 1
    {%- endif -%}
{% endmacro %}

{#- The landed rows to take apart, aliased `landed`: all of them in a first build, else the changed ones. -#}
{% macro changed_products() -%}
    {{ ref('landed_rows') }} as known
    inner join {{ landed_products() }} as landed
        on known.store_id = landed.store_id
        and known.product_id = landed.product_id
        and known.source = landed.source
        {%- if is_incremental() %}
        and known.is_changed
        {%- endif %}
{%- endmacro %}

{#- A digest of the models that take rows apart: when one of them is changed, all rows count as changed. -#}
{% macro rules_digest() %}
    {%- set sums = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and 'apart' in node.tags -%}
            {%- do sums.append(node.name ~ node.checksum.checksum) -%}
        {%- endfor -%}
        {%- for node in graph.functions.values() -%}
            {%- do sums.append(node.name ~ node.checksum.checksum) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(local_md5(sums | sort | join(' '))) }}
{% endmacro %}
