"""The command ``pimctl``: reads the command line, runs it, and prints a failure as one line on stderr."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer
from typer._click.exceptions import ClickException  # Typer carries its own click and shows it nowhere else

from pimctl.commands import alerts, db, history, schedule, stores, sync
from pimctl.console import command as console
from pimctl.errors import PimctlError
from pimctl.project import Project

if TYPE_CHECKING:
    from collections.abc import Sequence

STOPPED = 130
app = typer.Typer(
    name="pimctl",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Sync WooCommerce stores into one PIM database.",
    epilog="Start with: pimctl stores add eu --url https://store.example",
)
STORES, TIMES, DATA = "Stores", "Automation", "Database and console"
app.add_typer(stores.app, name="stores", rich_help_panel=STORES)
app.command(epilog=sync.EPILOG, rich_help_panel=STORES)(sync.sync)
app.command(rich_help_panel=STORES)(history.status)
app.command(rich_help_panel=STORES)(history.history)
app.command(epilog=schedule.EPILOG, rich_help_panel=TIMES)(schedule.schedule)
app.command(rich_help_panel=TIMES)(schedule.scheduler)
app.add_typer(alerts.app, name="alerts", rich_help_panel=TIMES)
app.add_typer(console.app, name="console", rich_help_panel=DATA)
app.command("report", rich_help_panel=DATA)(console.write_report)
app.add_typer(db.app, name="db", rich_help_panel=DATA)


@app.command(rich_help_panel=DATA)
def demo(
    us_port: Annotated[int, typer.Option(metavar="PORT")] = 8411,
    eu_port: Annotated[int, typer.Option(metavar="PORT")] = 8412,
) -> None:
    """Add two sample stores, sync them into the PIM database and show what arrived."""
    from pimctl.demo import run  # noqa: PLC0415  loaded when needed, so that --help is quick

    run.run(Project.find(), {"us": us_port, "eu": eu_port})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 after a failure, 2 for a wrong command line, or 130 after Ctrl-C or SIGTERM."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal need not be UTF-8
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: all that was begun is ended
    told, sys.unraisablehook = sys.unraisablehook, _stop_again
    try:
        code = app(list(argv) if argv is not None else None, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left; nothing more to say
        return 0
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except ClickException as error:
        text = error.format_message()
        return _fail(f"{text.rstrip('.')}. See: pimctl --help", error.exit_code) if text else error.exit_code
    except (PimctlError, OSError) as error:
        return _fail(reason(error) if isinstance(error, OSError) else str(error))
    finally:
        signal.signal(signal.SIGTERM, before)
        sys.unraisablehook = told
    if code == STOPPED:  # Typer turns a Ctrl-C into it
        return _stopped()
    return code if isinstance(code, int) else 0


def _stop_again(lost: sys.UnraisableHookArgs) -> None:
    """Repeat a stop that came while Python cleared something away, as each import does: there it ends nothing."""
    if lost.exc_type is KeyboardInterrupt:
        threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGTERM)).start()
    else:
        sys.__unraisablehook__(lost)


def _stopped() -> int:
    if sys.stderr.isatty():
        print(file=sys.stderr)  # below the ^C that the terminal shows
    return _fail("stopped before it was done.", STOPPED)


def _fail(text: str, code: int = 1) -> int:
    print(f"pimctl: {text}", file=sys.stderr)
    return code


def reason(error: OSError) -> str:
    """Return what an error of the system means, where it was, and what to do."""
    place = error.filename or _project_folder()
    text = error.strerror or str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"{text} at {place}: free some space there, then try again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{text} ({place}): run this as the owner of the project's folder, or as root."
    return f"{text} ({place})" if error.filename else text


def _project_folder() -> str:
    try:
        return str(Project.find().root)
    except PimctlError:
        return os.getcwd()  # noqa: PTH109  as text


if __name__ == "__main__":
    sys.exit(main())
