"""Singer tap that brings WooCommerce shops into a PIM database."""
