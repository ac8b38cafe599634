"""How the command line says things: times, numbers, tables, and the same as JSON."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pimctl.errors import PimctlError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NO_STORE = "There is no store yet. Add one with: pimctl stores add ID --url https://store.example"
UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))
GOOD, BAD, WARNED, QUIET = "green", "red", "yellow", "bright_black"
STYLES = {
    "healthy": GOOD,
    "complete": GOOD,
    "incomplete": WARNED,
    "stale": WARNED,
    "failed": BAD,
    "interrupted": BAD,
    "stopped": BAD,
    "syncing": "cyan",
    "running": "cyan",
    "paused": QUIET,
    "skipped": QUIET,
    "never synced": QUIET,
}


def terminal(*, is_error: bool = False) -> Console:
    """Return where text goes: coloured on a terminal, plain on a pipe, where lines are not folded."""
    from rich.console import Console  # noqa: PLC0415  a tenth of a second that other commands do not need

    found = Console(stderr=is_error, highlight=False, soft_wrap=False)
    if not found.is_terminal:
        found.width = 200
    return found


def table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    """Return an empty table with these headings; the numbers among the columns stand on the right."""
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def line_of_stdin() -> str:
    """Return the next line of stdin without its end, empty where there is none.

    Raises:
        PimctlError: It is not UTF-8.
    """
    try:
        line = sys.stdin.readline().rstrip("\r\n")
        line.encode()  # in some locales Python hands on what it cannot read
    except UnicodeError:
        raise PimctlError("stdin is not UTF-8: write what it brings as UTF-8, then try again.") from None
    return line


def styled(word: str) -> str:
    """Return a state in its colour."""
    style = STYLES.get(word)
    return f"[{style}]{word}[/]" if style else word


def number(value: float | Decimal | None) -> str:
    """Return a number with its thousands apart; a dash for none."""
    return "-" if value is None else f"{value:,}"


def change(value: Decimal | None) -> str:
    """Return a change with its sign; empty for none."""
    return "" if not value else f" ({value:+})"


def duration(seconds: float | None) -> str:
    """Return a length of time in its two largest units: 12 s, 3 min 20 s, 2 h 5 min."""
    if seconds is None:
        return "-"
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86_400:
        return f"{whole // 3_600} h {whole % 3_600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3_600} h"


def ago(time: datetime | None, now: datetime | None = None) -> str:
    """Return how long ago a time was, roughly: just now, 5 min ago, 3 h ago, 2 d ago."""
    if time is None:
        return "never"
    seconds = ((now or datetime.now(UTC)) - time).total_seconds()
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds // size:.0f} {unit} ago"
    return "just now"


def until(time: datetime | None, now: datetime | None = None) -> str:
    """Return when a time will be: in 5 min, in 3 h; a dash for none."""
    if time is None:
        return "-"
    seconds = (time - (now or datetime.now(UTC))).total_seconds()
    for size, unit in UNITS:
        if seconds >= size:
            return f"in {seconds // size:.0f} {unit}"
    return "now"


def local(time: datetime | None) -> str:
    """Return a time as the clock on the wall showed it."""
    return "-" if time is None else f"{time.astimezone():%Y-%m-%d %H:%M:%S}"


def as_json(value: object) -> str:
    """Return plain data as JSON: times as ISO 8601 in UTC, lengths of time as seconds."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=2)


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value) if field.repr}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return _plain_scalar(value)


def _plain_scalar(value: object) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if isinstance(value, Path) else value
