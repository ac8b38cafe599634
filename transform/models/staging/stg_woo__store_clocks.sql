-- The clock of a store: a time zone that PostgreSQL knows, else hours from UTC.
select
    store_id,
    case when timezone_string in (select name from pg_timezone_names) then timezone_string end as time_zone,
    case when gmt_offset between -24 and 24 then gmt_offset else 0 end * interval '1 hour' as ahead_of_utc
from {{ landed('stores', {'store_id': 'text', 'timezone_string': 'text', 'gmt_offset': 'numeric'}) }} as stores
