{#-
  Gives the model's own tables the names that they have now, in a database that an earlier version built: the dates in
  int_deletions can be found nowhere else, and views of the team may stand on the others.
-#}
{% macro rename_former_tables() %}
    {%- set former = {
        'shop_products': 'stg_woo__products', 'shop_attributes': 'stg_woo__product_options',
        'shop_terms': 'stg_woo__product_terms', 'shop_images': 'stg_woo__product_images',
        'shop_relations': 'stg_woo__product_relations', 'landed_rows': 'stg_woo__landed_rows',
        'store_rules': 'stg_woo__store_rules', 'store_clocks': 'stg_woo__store_clocks',
        'told_fields': 'stg_woo__sent_fields', 'told_pictures': 'int_pictures'
    } -%}
    {%- for name in (
        'global_attributes', 'attribute_terms', 'attribute_names', 'option_names', 'product_gtins', 'product_facts',
        'promoted_values', 'deletions', 'affected_products', 'affected_skus', 'sku_carriers', 'shared_skus', 'built_rows',
        'findings_of_variations', 'findings_of_links'
    ) -%}
    {%- do former.update({name: 'int_' ~ name}) -%}
    {%- endfor -%}
    {%- if execute -%}
    {%- set found = [] -%}
    {%- for former_name, new_name in former.items() -%}
        {%- set relation = adapter.get_relation(target.database, work_schema(), former_name) -%}
        {%- if relation and not adapter.get_relation(target.database, work_schema(), new_name) -%}
            {#- By the adapter, so that dbt knows the new name too. -#}
            {%- do adapter.rename_relation(relation, relation.incorporate(path={'identifier': new_name})) -%}
            {%- do found.append(new_name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if found -%}{%- do adapter.commit() -%}{%- endif -%}
    {%- endif -%}
{% endmacro %}
