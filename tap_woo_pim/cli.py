"""The tap's command line: a failure ends with one plain line, the only one that Meltano shows."""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import Any

import click
from singer_sdk.exceptions import ConfigValidationError, SingerSDKError
from singer_sdk.plugin_base import SingerCommand

from tap_woo_pim._compat import override
from tap_woo_pim.exceptions import OutputError, Stopped
from tap_woo_pim.records.writer import widened
from tap_woo_pim.redaction import SECRETS, guard_logs

OWN_FAULT = "The tap failed because of a bug, described above. Please report it."


class PlainErrors(SingerCommand):
    """A command whose failures end with exit code 1 and one plain line on stderr."""

    @override
    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command."""
        logging.captureWarnings(capture=True)
        guard_logs()
        sys.stdout = widened(sys.stdout)
        # Rows form no reference cycles, and imported modules stay: collecting garbage less often gives 13 % more rows.
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        try:
            return super().main(*args, **kwargs)
        except Stopped as stop:
            sys.stdout.flush()
            # Python would wait for the threads of the requests in flight.
            os._exit(int(str(stop.code)))
        except SingerSDKError as error:
            reason = reason_of(error)
        except OutputError as error:
            # What is left in the buffer cannot be written either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            reason = f"The tap's output could not be written ({error}). See what the target says."
        except Exception as error:
            self.logger.exception("This is a bug in the tap.")
            reason = reason_of(error)
        sys.stdout.flush()
        sys.stderr.write(f"{SECRETS.clean(reason)}\n")
        sys.exit(1)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        """Run the callback without the SDK's handling of wrong settings and click's of broken pipes.

        Neither names a cause in its last line.
        """
        try:
            result = click.Command.invoke(self, ctx)
            sys.stdout.flush()
        except OSError as error:
            raise OutputError(error.strerror) from error
        return result


def reason_of(error: Exception) -> str:
    """Describe an error in one line."""
    if not isinstance(error, SingerSDKError):
        return OWN_FAULT
    texts = error.errors if isinstance(error, ConfigValidationError) else [str(error)]
    return " ".join(" ".join(texts).split())
