{{ config(
    incremental_strategy='append',
    full_refresh=false,
    post_hook=["{{ forget_gone_findings() }}", "{{ remember_new_findings() }}"],
    indexes=[{'columns': ['store_id', 'built_at']}]
) }}
-- The health of each store at each build, and what was found or mended since the build before. Rows are only ever added,
-- also by a full refresh.
with before as (
    select store_id, check_name, product_id, subject from {{ ref('int_known_findings') }}
),

found as (
    select store_id, check_name, coalesce(product_id, 0) as product_id, subject from {{ ref('health_checks') }}
),

changes as (
    select *, 'new' as change
    from (select * from found except all select * from before) as appeared
    union all
    select *, 'gone'
    from (select * from before except all select * from found) as disappeared
),

counted as (
    select
        store_id,
        check_name,
        count(*) filter (where change = 'new') as new_findings,
        count(*) filter (where change = 'gone') as gone_findings
    from changes
    group by store_id, check_name
),

listed as (
    select
        store_id,
        jsonb_agg(finding order by check_name, product_id, subject) filter (where change = 'new') as new_list,
        jsonb_agg(finding order by check_name, product_id, subject) filter (where change = 'gone') as gone_list
    from (
        select
            *,
            jsonb_build_object('check_name', check_name, 'product_id', nullif(product_id, 0), 'subject', subject) as finding,
            row_number() over (partition by store_id, change order by check_name, product_id, subject) as place
        from changes
    ) as numbered
    where place <= 100
    group by store_id
),

known as (
    select distinct store_id
    from {% if is_incremental() %}{{ this }}{% else %}(select null::text as store_id where false) as nothing{% endif %}
)

select
    '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}'::timestamp as built_at,
    summary.store_id,
    max(summary.store_score) as score,
    sum(summary.findings)::bigint as findings,
    sum(summary.errors)::bigint as errors,
    sum(summary.warnings)::bigint as warnings,
    sum(summary.infos)::bigint as infos,
    case when known.store_id is not null then coalesce(sum(counted.new_findings), 0)::bigint end as new_findings,
    case when known.store_id is not null then coalesce(sum(counted.gone_findings), 0)::bigint end as gone_findings,
    coalesce(
        jsonb_object_agg(summary.check_name, summary.findings) filter (where summary.findings > 0), '{}'
    ) as by_check,
    case when known.store_id is not null then coalesce(listed.new_list, '[]') end as new_list,
    case when known.store_id is not null then coalesce(listed.gone_list, '[]') end as gone_list
from {{ ref('health_summary') }} as summary
left join counted on summary.store_id = counted.store_id and summary.check_name = counted.check_name
left join listed on summary.store_id = listed.store_id
left join known on summary.store_id = known.store_id
group by summary.store_id, known.store_id, listed.new_list, listed.gone_list
