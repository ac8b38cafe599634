"""The command ``pimctl``: reads the command line, runs, and tells a failure in one line on stderr."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import TYPE_CHECKING

from pimctl import db
from pimctl.console import command as console
from pimctl.demo import run as demo
from pimctl.errors import PimctlError

if TYPE_CHECKING:
    from collections.abc import Sequence


def parser() -> argparse.ArgumentParser:
    """Return the whole command line."""
    whole = argparse.ArgumentParser(prog="pimctl", description="The console of the PIM database.")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    db.add_parser(commands)
    demo.add_parser(commands)
    console.add_parser(commands)
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 after a failure, or 130 when it was told to stop."""
    arguments = parser().parse_args(argv)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: all that was begun is ended
    try:
        arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left; nothing more to say
    except KeyboardInterrupt:
        print("pimctl: stopped before its end.", file=sys.stderr)
        return 130
    except PimctlError as error:
        print(f"pimctl: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print(f"pimctl: {error.strerror or error}{place}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
