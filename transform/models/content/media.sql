{{ config(indexes=[{'columns': ['store_id', 'media_id'], 'unique': true}]) }}
-- Pictures. They are exchanged when the findings have been looked for: until then affected_products sees which pictures are
-- told of otherwise than in the findings, also after a build that broke off.
-- depends_on: {{ ref('health_checks') }}
select *
from {{ ref('told_pictures') }}
