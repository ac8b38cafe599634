{{ config(materialized='ephemeral') }}
-- Prices and numbers, of the products that this build works out anew.
with live as materialized (
    {{ live_affected_products(['kind', 'price', 'regular_price', 'sale_price', 'sale_from', 'sale_to', 'not_numbers']) }}
)

select store_id, product_id, 'no_price' as check_name, when_unpublished as severity, '' as subject,
    'There is no price, so nobody can buy it.' as message
from live
where
    -- An external product without a price shows its button; so may types of plugins.
    kind in ('simple', 'variation')
    and price is null
    and not coalesce(not_numbers ? 'price', false)
    and {{ was_sent('price') }}

union all
select store_id, product_id, 'not_a_number', null, number.field,
    'The ' || replace(number.field, '_', ' ') || ' is "' || left(number.text, 40) || '", which is no number. Write it like 12.50.'
from live
cross join lateral jsonb_each_text(not_numbers) as number (field, text)

union all
select store_id, product_id, 'sale_not_below_regular', null, '',
    'The sale price ' || sale_price || ' is not below the regular price ' || regular_price || '.'
from live
where sale_price >= regular_price

union all
select store_id, product_id, 'zero_price', when_unpublished, '',
    'The price is 0, but the ' || case when sale_price > 0 then 'sale price is ' || sale_price else 'regular price is ' || regular_price end || '.'
from live
where price = 0 and coalesce(sale_price, regular_price) > 0

union all
select store_id, product_id, 'sale_window_reversed', null, '',
    'The sale begins on ' || {{ on_store_clock('sale_from') }}::date || ' and ends before that, on ' || {{ on_store_clock('sale_to') }}::date || '.'
from live
left join {{ ref('stg_woo__store_clocks') }} as clocks using (store_id)
where sale_to < sale_from
