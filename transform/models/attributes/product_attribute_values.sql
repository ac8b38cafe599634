{{ config(indexes=[{'columns': ['store_id', 'product_id']}, {'columns': ['attribute_code', 'option_code']}]) }}
-- The options that products have, a row each. A variation has one row for each axis of its parent; where it leaves the
-- axis out, it stands for any option (is_any).
with named as (
    select
        sent.store_id,
        sent.product_id,
        names.attribute_code,
        sent.position as attribute_position,
        sent.is_axis,
        sent.is_visible,
        sent.option_position,
        options.option_code,
        options.term_id,
        options.name as option
    from {{ ref('shop_attributes') }} as sent
    inner join {{ ref('attribute_names') }} as names
        on sent.store_id = names.store_id
        and sent.attribute_id = names.attribute_id
        and sent.slug_as_sent = names.slug_as_sent
        and sent.name_as_sent = names.name_as_sent
    left join {{ ref('option_names') }} as options
        on sent.store_id = options.store_id
        and sent.attribute_id = options.attribute_id
        and sent.option_as_sent = options.option_as_sent
),

axes as (
    select store_id, product_id, attribute_code, min(attribute_position) as attribute_position, bool_or(is_visible) as is_visible
    from named
    where is_axis
    group by store_id, product_id, attribute_code
),

of_axes as (
    select variations.store_id, variations.product_id, axes.attribute_code, axes.attribute_position, axes.is_visible
    from {{ ref('product_facts') }} as variations
    inner join axes on variations.store_id = axes.store_id and variations.parent_id = axes.product_id
),

options as (
    select
        store_id,
        product_id,
        attribute_code,
        coalesce(of_axes.attribute_position, named.attribute_position) as attribute_position,
        coalesce(named.option_position, 1) as position,
        named.option_code,
        named.term_id,
        named.option,
        of_axes.attribute_code is not null or named.is_axis as is_axis,
        coalesce(of_axes.is_visible, named.is_visible) as is_visible
    from named
    full outer join of_axes using (store_id, product_id, attribute_code)
    where named.option is not null or of_axes.attribute_code is not null
)

-- An option named twice, or under two spellings of one attribute, is one.
select
    store_id,
    product_id,
    attribute_code,
    min(attribute_position) as attribute_position,
    min(position) as position,
    option_code,
    min(term_id) as option_id,
    min(option) as value,
    bool_or(is_axis) as is_variation_axis,
    bool_or(is_visible) as is_visible,
    option_code is null as is_any
from options
group by store_id, product_id, attribute_code, option_code
