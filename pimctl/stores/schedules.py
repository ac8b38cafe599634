"""Turns what a user says about times into cron fields, and cron fields into times."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pimctl.errors import PimctlError

EVERY = re.compile(r"(\d+)\s*(m|min|h|d)")
AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""As Meltano knows them. Its ``@once``, ``@manual`` and ``@none`` have no next time."""


def every(interval: str, store_id: str) -> str:
    """Return the cron fields of an interval such as ``15m``, ``1h``, ``6h`` or ``1d``.

    Args:
        interval: As the user gives it.
        store_id: Chooses the minute of intervals of whole hours, so that stores do not all begin at once.

    Raises:
        PimctlError: Cron cannot say this interval.
    """
    found = EVERY.fullmatch(interval.strip().lower())
    number, unit = (int(found[1]), found[2][0]) if found else (0, "")
    if unit == "m" and number and 60 % number == 0 and number < 60:
        return "* * * * *" if number == 1 else f"*/{number} * * * *"
    minute = sum(store_id.encode()) % 60
    hours = number // 60 if unit == "m" and number % 60 == 0 else number * {"h": 1, "d": 24}.get(unit, 0)
    if hours == 1:
        return f"{minute} * * * *"
    if hours and hours < 24 and 24 % hours == 0:
        return f"{minute} */{hours} * * *"
    if hours == 24:
        return f"{minute} 0 * * *"
    raise PimctlError(
        f'"{interval}" is not an interval: give one that divides an hour or a day, such as 15m, 1h, 6h or 1d, '
        'or cron fields with --cron "0 3 * * 1".'
    )


def at(time: str) -> str:
    """Return the cron fields of a time of day such as ``03:00``.

    Raises:
        PimctlError: It is none.
    """
    found = AT.fullmatch(time.strip())
    if not found:
        raise PimctlError(f'"{time}" is not a time of day: give it as 03:00.')
    return f"{int(found[2])} {int(found[1])} * * *"


def cron(fields: str) -> str:
    """Return cron fields, or one of Meltano's nicknames, as they are.

    Raises:
        PimctlError: They are none, or name no day that ever comes.
    """
    from croniter import croniter  # noqa: PLC0415  only where needed: it is slow to load

    text = " ".join(fields.split())
    if text not in NICKNAMES and not (len(text.split()) == 5 and croniter.is_valid(text)):
        raise PimctlError(
            f'"{fields}" is not a cron schedule: give five fields, such as "0 3 * * *" for every day at 3:00, '
            "or @hourly."
        )
    if next_time(text, datetime.now(UTC)) is None:
        raise PimctlError(f'"{fields}" is a day that no year has: give another cron schedule.')
    return text


def next_time(interval: str | None, after: datetime) -> datetime | None:
    """Return when a schedule runs next, in UTC; None without one.

    Cron counts in the time zone of the machine. If the clocks go forward over a time, it comes right after the change.
    A time of day that comes twice, as they go back, counts once.

    Args:
        interval: Cron fields or a nickname.
        after: With a time zone.
    """
    from croniter import CroniterError, croniter  # noqa: PLC0415
    from dateutil.tz import tzlocal  # type: ignore[import-untyped]  # noqa: PLC0415

    fields = NICKNAMES.get(interval or "", interval)
    if not fields:
        return None
    try:
        found: datetime = croniter(fields, after.astimezone(tzlocal())).get_next(datetime)
    except (CroniterError, ValueError):
        return None
    return found.astimezone(UTC)


def is_overdue(interval: str | None, since: datetime, now: datetime) -> bool:
    """Whether two of a schedule's times have passed: by an hourly one more than an hour, over a weekend off none."""
    following = next_time(interval, since)
    second = next_time(interval, following) if following else None
    return second is not None and second < now
