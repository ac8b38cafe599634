{#-
  How the models that are made from changed rows only keep up (config: `pre_hook` one of these, strategy `append`).

  Each drops what it has of the changed rows and works them out anew, in one transaction.
-#}
{% macro drop_changed() %}
    {{ drop_matching(ref('stg_woo__landed_rows'), ['store_id', 'product_id'], 'chosen.is_changed') }}
{% endmacro %}

{% macro drop_affected_products() %}
    {{ drop_matching(ref('int_affected_products'), ['store_id', 'product_id']) }}
{% endmacro %}

{% macro drop_affected_skus() %}
    {{ drop_matching(ref('int_affected_skus'), ['sku']) }}
{% endmacro %}

{% macro drop_landed_anew() %}
    {{ drop_matching(ref('stg_woo__landed_rows'), ['store_id', 'product_id'], 'chosen.is_landed_anew') }}
{% endmacro %}

{#- SKUs that a build which came to its end was about. -#}
{% macro drop_finished() %}
    {%- if is_incremental() -%} delete from {{ this }} where is_built {%- else -%} select 1 {%- endif -%}
{% endmacro %}

{% macro drop_matching(chosen, key, condition='true') %}
    {%- if is_incremental() -%}
    delete from {{ this }} as old
    using {{ chosen }} as chosen
    where {{ condition }}{% for column in key %} and old.{{ column }} = chosen.{{ column }}{% endfor %}
    {%- else -%}
    select 1
    {%- endif -%}
{% endmacro %}

{#- Adds a column to a table that an earlier version built. dbt does so itself, but knows no arrays. -#}
{% macro added_column(definition) %}
    {%- if is_incremental() -%} alter table {{ this }} add column if not exists {{ definition }} {%- else -%} select 1 {%- endif -%}
{% endmacro %}

{#- The landed rows to take apart, aliased `landed`: all of them in a first build, else the changed ones. -#}
{% macro changed_products() -%}
    {{ ref('stg_woo__landed_rows') }} as known
    inner join {{ landed_products() }} as landed
        on known.store_id = landed.store_id
        and known.product_id = landed.product_id
        and known.source = landed.source
        {%- if is_incremental() %}
        and known.is_changed
        {%- endif %}
{%- endmacro %}

{#- Joins that leave only what is affected, in a build that is not the first. -#}
{% macro only_affected_products(alias) -%}
    {%- if is_incremental() -%}
    inner join {{ ref('int_affected_products') }} as affected
        on {{ alias }}.store_id = affected.store_id and {{ alias }}.product_id = affected.product_id
    {%- else -%}
    -- depends_on: {{ ref('int_affected_products') }}
    {%- endif -%}
{%- endmacro %}

{% macro only_affected_skus(alias) -%}
    {%- if is_incremental() -%}
    inner join {{ ref('int_affected_skus') }} as affected on {{ alias }}.sku = affected.sku
    {%- else -%}
    -- depends_on: {{ ref('int_affected_skus') }}
    {%- endif -%}
{%- endmacro %}

{#- The affected products that are still in the store, with the columns of their facts that findings are made from. -#}
{% macro live_affected_products(columns) -%}
    select
        store_id, product_id, facts.is_variation, facts.{{ columns | join(', facts.') }},
        case when not facts.is_published then 'info' end as when_unpublished
    from {{ ref('int_product_facts') }} as facts
    inner join {{ ref('int_affected_products') }} as affected using (store_id, product_id)
    where not facts.is_deleted
{%- endmacro %}

{#- A digest of the models and of the variables that they use: when one is changed, all rows count as changed. -#}
{% macro rules_digest() %}
    {%- set sums = [] -%}
    {%- for name in ('gtin_meta_keys', 'catch_all_category_slugs', 'image_meta_keys', 'gallery_meta_keys') -%}
        {%- do sums.append(name ~ tojson(var(name))) -%}
    {%- endfor -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.package_name == 'pim' -%}
            {%- do sums.append(node.name ~ node.checksum.checksum) -%}
        {%- endfor -%}
        {%- for node in graph.functions.values() if node.package_name == 'pim' -%}
            {%- do sums.append(node.name ~ node.checksum.checksum) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(local_md5(sums | sort | join(' '))) }}
{% endmacro %}
