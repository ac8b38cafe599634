"""Decides when a full sync of products and variations is due: by how long the last one took, or when one is needed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

AUTO = "auto"
"""The value of full_read_interval_hours for an interval that depends on how long a full sync takes."""

DURATIONS_BETWEEN = 50
"""The interval in durations of the last full sync, so that full syncs take at most 2 % of the store's time."""

DURATIONS_BEFORE_NEEDED = 10
"""The shortest interval, in durations, if something shows that a full sync is needed."""

LONGEST_HOURS = 24

NEARLY = 0.95
"""The part of an interval in hours after which one is due, since a nightly run may start a little early."""


@dataclass(frozen=True)
class Schedule:
    """When the next full sync of a stream is due.

    Attributes:
        began: the store's clock when the last one began.
        seconds: how long that took, for products and variations together; None if that is not known, as after an
            earlier version of the tap.
        interval_hours: the setting `full_read_interval_hours`.
    """

    began: datetime.datetime
    seconds: float | None
    interval_hours: float | str

    @property
    def is_auto(self) -> bool:
        """Whether the interval depends on how long a full sync takes."""
        return self.interval_hours == AUTO

    @property
    def due_at(self) -> datetime.datetime:
        """When it is due, by the store's clock."""
        return self.began + self._interval(nearly=1)

    @property
    def possible_at(self) -> datetime.datetime:
        """The earliest time for it if it is needed. An interval in hours is never shortened."""
        if not self.is_auto or self.seconds is None:
            return self.due_at
        return min(self.due_at, self.began + datetime.timedelta(seconds=DURATIONS_BEFORE_NEEDED * self.seconds))

    def is_due(self, now: datetime.datetime) -> bool:
        """Return whether it is due; also if the store's clock was set back before the last one."""
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
