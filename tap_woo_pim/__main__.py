"""Runs the tap as `python -m tap_woo_pim`."""

from tap_woo_pim.tap import TapWooPim

TapWooPim.cli()
