{{ config(indexes=[{'columns': ['store_id', 'media_id'], 'unique': true}]) }}
-- Pictures. They are replaced after the findings: until then int_affected_products sees which pictures differ from what
-- the findings were made from, also after a build that broke off.
-- depends_on: {{ ref('health_checks') }}
select *
from {{ ref('int_pictures') }}
