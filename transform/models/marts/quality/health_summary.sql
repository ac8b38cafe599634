{{ config(indexes=[{'columns': ['store_id', 'check_name'], 'unique': true}]) }}
-- Findings for each store and check, none included, with the store's score from 0 to 100.
-- A product loses half a point for an error and a tenth for a warning, at most one; the score is what is left, on average.
-- A store without products has none.
with live as (
    select store_id, count(*) as products
    from {{ ref('int_product_facts') }}
    where not is_deleted
    group by store_id
),

losses as (
    select
        store_id,
        least(10, 5 * count(*) filter (where severity = 'error') + count(*) filter (where severity = 'warning')) as tenths
    from {{ ref('health_checks') }} as own
    where product_id is not null and severity <> 'info' and {{ is_in_store('own') }}
    group by store_id, product_id
),

scores as (
    select store_id, sum(tenths) / 10.0 as loss
    from losses
    group by store_id
),

of_products as (
    select
        store_id,
        check_name,
        product_id,
        count(*) as findings,
        count(*) filter (where severity = 'error') as errors,
        count(*) filter (where severity = 'warning') as warnings,
        count(*) filter (where severity = 'info') as infos
    from {{ ref('health_checks') }}
    group by store_id, check_name, product_id
),

counted as (
    select
        store_id,
        check_name,
        sum(findings)::bigint as findings,
        count(product_id) as products,
        sum(errors)::bigint as errors,
        sum(warnings)::bigint as warnings,
        sum(infos)::bigint as infos
    from of_products
    group by store_id, check_name
)

select
    stores.store_id,
    checks.check_name,
    checks.description,
    coalesce(counted.findings, 0) as findings,
    coalesce(counted.errors, 0) as errors,
    coalesce(counted.warnings, 0) as warnings,
    coalesce(counted.infos, 0) as infos,
    coalesce(counted.products, 0) as products,
    round(100.0 * coalesce(counted.products, 0) / nullif(live.products, 0), 1) as percent_of_products,
    round(100 * (1 - coalesce(scores.loss, 0) / live.products), 1) as store_score
from {{ ref('stores') }} as stores
cross join {{ ref('checks') }} as checks
left join counted on stores.store_id = counted.store_id and checks.check_name = counted.check_name
left join live on stores.store_id = live.store_id
left join scores on stores.store_id = scores.store_id
