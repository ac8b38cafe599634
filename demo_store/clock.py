"""Give a store its own clock and time zone."""

from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import format_datetime
from threading import Lock
from zoneinfo import ZoneInfo


class Clock:
    """The store's clock: real time until it is set or moved.

    Args:
        zone: the site's time zone, for instance `America/New_York`.
    """

    def __init__(self, zone: str = "UTC") -> None:
        self.zone = ZoneInfo(zone)
        self._lock = Lock()
        self._frozen: datetime | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        """Tell the time in UTC."""
        with self._lock:
            return (self._frozen or datetime.now(UTC)) + self._offset

    def set(self, moment: datetime) -> None:
        """Stop the clock at a moment (a naive one is UTC)."""
        with self._lock:
            self._frozen = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            self._offset = timedelta()

    def advance(self, seconds: float) -> None:
        """Move the clock on, or back with a negative number of seconds."""
        with self._lock:
            self._offset += timedelta(seconds=seconds)

    @property
    def offset(self) -> float:
        """How many seconds the clock is ahead of the real time, or of the moment it was set to."""
        return self._offset.total_seconds()

    @offset.setter
    def offset(self, seconds: float) -> None:
        with self._lock:
            self._offset = timedelta(seconds=seconds)

    def stamps(self, moment: datetime | None = None) -> tuple[str, str]:
        """Give a moment (by default now) in site time and in GMT, as rows hold it: `2026-11-23T14:32:46`."""
        when = moment or self.now()
        return site_stamp(when, self.zone), site_stamp(when, UTC)

    def twin(self, name: str, text: str) -> dict[str, str]:
        """Give a date of a row together with its twin: `date_created` with `date_created_gmt` or the other way."""
        is_gmt = name.endswith("_gmt")
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC if is_gmt else self.zone)
        base = name.removesuffix("_gmt")
        return dict(zip((base, f"{base}_gmt"), self.stamps(moment), strict=True))

    def http_date(self) -> str:
        """Give the time as the `Date` header has it."""
        return format_datetime(self.now().astimezone(UTC), usegmt=True)

    def site_time(self, text: str) -> str:
        """Turn a date parameter into site time as `WP_Date_Query` does: a bare value is site time already.

        That is the trap of `dates_are_gmt`: a value with an offset is converted to site time and then compared
        with the GMT column.
        """
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        return site_stamp(moment, self.zone)


def site_stamp(moment: datetime, zone: tzinfo) -> str:
    """Write a moment in a zone's time to the second, without an offset."""
    return f"{moment.astimezone(zone):%Y-%m-%dT%H:%M:%S}"
