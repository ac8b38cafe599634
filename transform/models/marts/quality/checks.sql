{{ config(indexes=[{'columns': ['check_name'], 'unique': true}]) }}
-- The checks there are, and how bad a finding is. What an unpublished product lacks is only an info: it may be unfinished.
select check_name, severity, description
from (
    values
        ('no_name', 'error', 'A product has no name.'),
        ('no_sku', 'warning', 'A product or variation has no SKU of its own.'),
        ('duplicate_sku', 'error', 'Several products or variations of a store have one SKU.'),
        ('bad_gtin', 'error', 'A GTIN has a wrong length or check digit.'),
        ('duplicate_gtin', 'warning', 'Several products or variations of a store have one GTIN.'),
        ('no_image', 'warning', 'There is no picture, not even the parent''s.'),
        ('no_alt_text', 'info', 'A picture has no text for those who cannot see it.'),
        ('no_description', 'warning', 'A product has no description.'),
        ('no_category', 'warning', 'A product is in no category but the store''s catch-all.'),
        ('no_price', 'error', 'There is no price to buy it at.'),
        ('not_a_number', 'error', 'A price, weight or size is no number.'),
        ('zero_price', 'warning', 'The price is 0 beside a sale or regular price.'),
        ('sale_not_below_regular', 'error', 'The sale price is not below the regular price.'),
        ('sale_window_reversed', 'error', 'The sale ends before it begins.'),
        ('orphan_variation', 'error', 'A variation''s parent is missing, gone or not variable.'),
        ('open_axis', 'warning', 'A variation stands for any option of an attribute.'),
        ('unknown_option', 'error', 'A variation''s option is not among those that its parent offers.'),
        ('duplicate_combination', 'error', 'Several published variations of a product have the same options.'),
        ('option_without_term', 'warning', 'An option of a global attribute is not among the options the store defines.'),
        ('parent_without_variations', 'error', 'A variable product has no variations.'),
        ('stock_without_quantity', 'warning', 'Stock is kept, but there is no quantity.'),
        ('broken_relation', 'warning', 'A related product is missing or gone.'),
        ('deleted_elsewhere', 'info', 'The SKU is live here and in the trash of, or gone from, another store.'),
        ('custom_field_misfit', 'warning', 'A custom field''s value does not fit the column it is promoted to.'),
        ('unread_row', 'warning', 'The store could not deliver a row, so it is missing or old here.')
) as known (check_name, severity, description)
