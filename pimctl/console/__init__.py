"""The console in the browser: channels, products and health of the PIM database, for people without a terminal."""
