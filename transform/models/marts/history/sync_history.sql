{{ config(indexes=[{'columns': ['store_id', 'started_at'], 'unique': true}]) }}
-- Every sync of every store: how it ended, what it brought, what changed, and what it found to be gone. Empty where the tap
-- that synced knew no such stream.
with runs as (
    select
        *,
        extract(epoch from ended_at - started_at) as seconds,
        coalesce(synced_at, started_at) as read_at
    from {{ landed('sync_runs', {
        'store_id': 'text', 'started_at': 'timestamp', 'ended_at': 'timestamp', 'status': 'text', 'kind': 'text',
        'kind_reason': 'text', 'next_full_sync_at': 'timestamp', 'message': 'text', 'rows': 'bigint', 'changed': 'bigint',
        'unread': 'bigint', 'retries': 'bigint', 'requests': 'bigint', 'run_id': 'text', 'streams': 'array',
        'synced_at': 'timestamp'
    }) }} as sync_runs
),

spans as (
    select
        store_id,
        started_at,
        read_at,
        lead(read_at, 1, 'infinity') over (partition by store_id order by read_at, started_at) as next_read_at
    from runs
),

vanished as (
    select spans.store_id, spans.started_at, count(*) as vanished
    from spans
    inner join {{ ref('int_deletions') }} as deletions
        on spans.store_id = deletions.store_id
        and deletions.reason = 'vanished'
        and deletions.deleted_at >= spans.read_at
        and deletions.deleted_at < spans.next_read_at
    group by spans.store_id, spans.started_at
)

select
    runs.store_id,
    runs.started_at,
    runs.ended_at,
    round(runs.seconds, 1) as seconds,
    runs.status,
    runs.kind,
    runs.kind_reason,
    runs.message,
    runs.rows,
    runs.changed,
    coalesce(vanished.vanished, 0) as vanished,
    runs.unread,
    runs.retries,
    runs.requests,
    runs.next_full_sync_at,
    runs.run_id,
    runs.streams
from runs
left join vanished on runs.store_id = vanished.store_id and runs.started_at = vanished.started_at
