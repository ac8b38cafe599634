"""The command line: a thin face of `pimctl.stores` and `pimctl.postgres`."""
