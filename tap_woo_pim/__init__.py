"""Singer tap that brings WooCommerce stores into a PIM database."""
