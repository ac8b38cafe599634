{{ config(
    incremental_strategy='append',
    pre_hook='{{ drop_affected_products() }}',
    indexes=[{'columns': ['store_id', 'product_id']}]
) }}
-- The options that products have, a row each. A variation has one row for each axis of its parent; where it leaves the
-- axis out, it stands for any option (is_any). Where the parent did not come, all that a variation names are axes.
with variations as (
    select facts.store_id, facts.product_id, facts.parent_id, parent.product_id is null as is_alone
    from {{ ref('int_product_facts') }} as facts
    {{ only_affected_products('facts') }}
    left join {{ ref('int_product_facts') }} as parent
        on facts.store_id = parent.store_id and facts.parent_id = parent.product_id
    where facts.is_variation
),

sent_options as (
    select
        sent.store_id,
        sent.product_id,
        sent.attribute_id,
        names.attribute_code,
        names.slug_key,
        names.german_slug_key,
        variations.product_id is not null as is_variation,
        sent.position as attribute_position,
        sent.is_axis or coalesce(variations.is_alone, false) as is_axis,
        sent.is_visible,
        sent.option_position,
        options.option_code,
        options.term_id,
        options.name as option
    from {{ ref('stg_woo__product_options') }} as sent
    {{ only_affected_products('sent') }}
    inner join {{ ref('int_attribute_names') }} as names
        on sent.store_id = names.store_id
        and sent.attribute_id = names.attribute_id
        and sent.slug_as_sent = names.slug_as_sent
        and sent.name_as_sent = names.name_as_sent
    left join variations
        on sent.store_id = variations.store_id and sent.product_id = variations.product_id
    left join {{ ref('int_option_names') }} as options
        on sent.store_id = options.store_id
        and sent.attribute_id = options.attribute_id
        and sent.option_as_sent = options.option_as_sent
    where sent.option_as_sent is not null
),

axes_sent as (
    select distinct
        sent.store_id, sent.product_id, sent.attribute_id, sent.slug_as_sent, sent.name_as_sent, sent.position, sent.is_visible
    from {{ ref('stg_woo__product_options') }} as sent
    inner join (select distinct store_id, parent_id from variations) as parents
        on sent.store_id = parents.store_id and sent.product_id = parents.parent_id
    where sent.is_axis
),

named_axes as (
    select
        variations.store_id,
        variations.product_id,
        names.attribute_code,
        names.slug_key,
        names.german_slug_key,
        sent.position,
        sent.is_visible
    from variations
    inner join axes_sent as sent
        on variations.store_id = sent.store_id and variations.parent_id = sent.product_id
    inner join {{ ref('int_attribute_names') }} as names
        on sent.store_id = names.store_id
        and sent.attribute_id = names.attribute_id
        and sent.slug_as_sent = names.slug_as_sent
        and sent.name_as_sent = names.name_as_sent
),

axes as (
    select
        store_id,
        product_id,
        attribute_code,
        min(position) as attribute_position,
        bool_or(is_visible) as is_visible
    from named_axes
    group by store_id, product_id, attribute_code
),

-- WooCommerce names a variation's local attribute by the slug that it made of the parent's name: signs are left out, and
-- long names are cut at 200 bytes of an encoded form with up to nine for a letter.
slugs as (
    select distinct on (own.store_id, own.product_id, own.attribute_code)
        own.store_id, own.product_id, own.attribute_code, axis.attribute_code as parents_code
    from sent_options as own
    inner join named_axes as axis
        on own.store_id = axis.store_id
        and own.product_id = axis.product_id
        and (
            own.slug_key in (axis.slug_key, axis.german_slug_key)
            or (
                length(own.slug_key) >= 20
                and (starts_with(axis.slug_key, own.slug_key) or starts_with(axis.german_slug_key, own.slug_key))
            )
        )
    where
        own.is_variation
        and own.attribute_id = 0
        and own.slug_key <> ''
        and not exists (
            select 1
            from axes
            where
                axes.store_id = own.store_id
                and axes.product_id = own.product_id
                and axes.attribute_code = own.attribute_code
        )
    order by own.store_id, own.product_id, own.attribute_code,
        own.slug_key in (axis.slug_key, axis.german_slug_key) desc, axis.position
),

own as (
    select
        sent_options.store_id,
        sent_options.product_id,
        coalesce(slugs.parents_code, sent_options.attribute_code) as attribute_code,
        sent_options.attribute_position,
        sent_options.is_axis,
        sent_options.is_visible,
        sent_options.option_position,
        sent_options.option_code,
        sent_options.term_id,
        sent_options.option
    from sent_options
    left join slugs using (store_id, product_id, attribute_code)
)

-- An option named twice, or under two spellings of one attribute, is one.
select
    store_id,
    product_id,
    attribute_code,
    min(coalesce(axes.attribute_position, own.attribute_position)) as attribute_position,
    min(coalesce(own.option_position, 1)) as position,
    own.option_code,
    min(own.term_id) as option_id,
    min(own.option) as value,
    bool_or(axes.product_id is not null or own.is_axis) as is_variation_axis,
    bool_or(coalesce(axes.is_visible, own.is_visible)) as is_visible,
    own.option_code is null as is_any
from own
full outer join axes using (store_id, product_id, attribute_code)
group by store_id, product_id, attribute_code, own.option_code
