"""Decides when products and variations are due for a full sync: by what the last one cost, or when one is needed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

AUTO = "auto"
"""The value of full_read_interval_hours that follows from how long a full sync takes."""

DURATIONS_BETWEEN = 50
"""The interval, in durations of the last full sync: full syncs take 2 % of the store's time at most."""

DURATIONS_BEFORE_NEEDED = 10
"""The shortest interval, in durations, when something shows that a full sync is needed."""

LONGEST_HOURS = 24

NEARLY = 0.95
"""The part of an interval in hours after which one is due: a nightly run may begin a little early."""


@dataclass(frozen=True)
class Schedule:
    """When the next full sync of a stream is due.

    Attributes:
        began: the store's clock when the last one began.
        seconds: how long the reading took that time, of all streams that are read in full together; None where that is
            not known, as after an earlier version of the tap.
        interval_hours: the setting `full_read_interval_hours`.
    """

    began: datetime.datetime
    seconds: float | None
    interval_hours: float | str

    @property
    def is_auto(self) -> bool:
        """Whether the interval follows from how long a full sync takes."""
        return self.interval_hours == AUTO

    @property
    def due_at(self) -> datetime.datetime:
        """When it is due, by the store's clock."""
        return self.began + self._interval(nearly=1)

    @property
    def possible_at(self) -> datetime.datetime:
        """When it may come at the earliest, should it be needed. An interval that somebody set is never shortened."""
        if not self.is_auto or self.seconds is None:
            return self.due_at
        return min(self.due_at, self.began + datetime.timedelta(seconds=DURATIONS_BEFORE_NEEDED * self.seconds))

    def is_due(self, now: datetime.datetime) -> bool:
        """Tell whether it is due; also when the store's clock stands before the last one."""
        return not self.began <= now < self.began + self._interval(nearly=NEARLY)

    def reason(self) -> str:
        """Say why it is due."""
        if not self.is_auto:
            return f"one is due every {self.interval_hours:g} hours"
        by_duration = datetime.timedelta(seconds=DURATIONS_BETWEEN * (self.seconds or 0))
        if self.seconds is None or by_duration >= datetime.timedelta(hours=LONGEST_HOURS):
            return f"one is due every {LONGEST_HOURS} hours"
        return f"one is due {DURATIONS_BETWEEN} times as long after the last one as that took ({self.seconds:.1f} s)"

    def _interval(self, nearly: float) -> datetime.timedelta:
        longest = datetime.timedelta(hours=LONGEST_HOURS * nearly)
        if isinstance(self.interval_hours, str):
            if self.seconds is None:
                return longest
            return min(longest, datetime.timedelta(seconds=DURATIONS_BETWEEN * self.seconds))
        return datetime.timedelta(hours=self.interval_hours * nearly)
