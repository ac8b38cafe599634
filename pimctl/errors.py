"""The one error that a user of the console sees."""


class PimctlError(Exception):
    """A failure in one plain line: what happened, where, and what to do."""
