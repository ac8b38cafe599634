{{ config(
    kept_checks=[
        'no_name', 'no_sku', 'bad_gtin', 'no_image', 'no_alt_text', 'no_description', 'stock_without_quantity', 'no_category',
        'no_price', 'not_a_number', 'zero_price', 'sale_not_below_regular', 'sale_window_reversed', 'duplicate_combination',
        'unknown_option'
    ],
    indexes=[{'columns': ['store_id', 'check_name']}, {'columns': ['store_id', 'product_id']}]
) }}
-- What somebody should look at: a row for each finding, of products that are still in the store. What a product's own row
-- shows, its parent's and its siblings' (kept_checks: int_findings_of_products, ..._prices, ..._options) is looked for again where the product is affected; what
-- others decide is looked for everywhere.
-- depends_on: {{ ref('int_affected_products') }}
with findings as (
    {% for kind in ('products', 'prices', 'options', 'variations', 'links') -%}
    select store_id, product_id, check_name, severity, subject, message from {{ ref('int_findings_of_' ~ kind) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    findings.store_id,
    coalesce(facts.sku, facts.parent_sku) as sku,
    -- A row that the store could not deliver may never have come: its subject has the id.
    facts.product_id,
    facts.name as product_name,
    findings.check_name,
    findings.subject,
    coalesce(findings.severity, checks.severity) as severity,
    findings.message
from findings
inner join {{ ref('checks') }} as checks on findings.check_name = checks.check_name
left join {{ ref('int_product_facts') }} as facts
    on findings.store_id = facts.store_id and findings.product_id = facts.product_id
