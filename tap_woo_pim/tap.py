"""The tap: WooCommerce stores to Singer messages."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cached_property
from types import FrameType
from typing import Any, ClassVar, NoReturn

import click
from singer_sdk import Stream, Tap
from singer_sdk.exceptions import ConfigValidationError, FatalAPIError, RetriableAPIError
from singer_sdk.helpers._util import load_json
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities, TapCapabilities
from singer_sdk.plugin_base import PluginBase
from singer_sdk.tap_base import CliTestOptionValue

from tap_woo_pim._compat import override
from tap_woo_pim.cli import PlainErrors, reason_of
from tap_woo_pim.config.settings import CONFIG_JSONSCHEMA, STAND_IN
from tap_woo_pim.config.validation import (
    file_error,
    prefix_of,
    problems_of,
    read_values,
    secrets_of,
    settings_of,
    unknown_settings,
)
from tap_woo_pim.exceptions import Stopped
from tap_woo_pim.http.client import Client
from tap_woo_pim.http.models import Response
from tap_woo_pim.records.writer import BufferedWriter
from tap_woo_pim.redaction import SECRETS
from tap_woo_pim.store import check_report
from tap_woo_pim.store.check import check_components, check_store, failure
from tap_woo_pim.streams import STREAMS
from tap_woo_pim.streams.base import WooStream
from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.stores import StoresStream
from tap_woo_pim.streams.sync_runs import FAILED, SyncRunsStream
from tap_woo_pim.sync.context import Run


class TapWooPim(Tap):
    """Brings the products of a WooCommerce store, and all that belongs to them, into a PIM database."""

    name = "tap-woo-pim"
    config_jsonschema: ClassVar[dict[str, Any]] = CONFIG_JSONSCHEMA
    message_writer_class = BufferedWriter
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
    ]

    # Whether the store cannot be reached, so that the catalogue lists all streams.
    _is_storeless = False

    @cached_property
    def run(self) -> Run:
        """This run over the store."""
        settings = STAND_IN if self._is_storeless else settings_of(self.config)
        return Run(Client(settings))

    @override
    def discover_streams(self) -> Sequence[Stream]:
        """Return the streams of the chosen components that the store has."""
        chosen = self.run.settings.sync_components
        if not self._is_storeless:
            self.run.connect()
        streams: list[Stream] = []
        for stream_class in STREAMS:
            if stream_class.component is not None and stream_class.component not in chosen:
                continue
            if self._is_storeless or stream_class.is_in(self.run):
                streams.append(stream_class(self, self.run))
            else:
                self.logger.info("%s: this store does not have it, so it is left out.", stream_class.component)
        return streams

    @override
    def run_discovery(self) -> str:
        """Print the catalogue; it lists all streams if the store cannot be reached.

        Meltano runs discovery before every run and test, and would bury the cause in its own message about a failed
        discovery. The run that follows reports the cause in one line.
        """
        try:
            return super().run_discovery()
        except (ConfigValidationError, FatalAPIError, RetriableAPIError) as error:
            self.logger.warning("The store could not be asked: the catalogue lists all streams. %s", reason_of(error))
        self._is_storeless = True
        self._streams = None
        return super().run_discovery()

    def _ask_ahead(self) -> dict[str, Future[Response] | None]:
        """Request what is read next: by component, the response that shows whether it can be read."""
        streams = self._selected_streams
        for stream in streams:
            if isinstance(stream, FullTableStream):
                stream.forget_other_store()
        answers: dict[str, Future[Response] | None] = {}
        for stream in streams:
            answer = stream.ask_ahead()
            if stream.component is not None:
                answers.setdefault(stream.component, answer)
        return answers

    @property
    def _selected_streams(self) -> list[WooStream]:
        return [stream for stream in self.streams.values() if isinstance(stream, WooStream) and stream.selected]

    @override
    def _reset_state_progress_markers(self) -> None:
        """Check the store too: a sync calls this first, before any message, and `sync_all` cannot be overridden."""
        self.run.last_synced_at = self.state.get("bookmarks", {}).get(StoresStream.name, {}).get("synced_at")
        self.run.connect()
        steps = list(check_components(self.run.connection, self._ask_ahead()))
        error = failure(self.run.settings, steps)
        if error is not None:
            raise error
        self.run.expected_rows = {step.name: step.rows for step in steps if step.is_component}
        super()._reset_state_progress_markers()
        for name, kept in self.state.get("bookmarks", {}).items():
            if name not in self.streams and "full_sync_at" in kept:
                kept["needed"] = "it was left out of a sync"  # which may be the one that meets a renamed term
        self._history.begin()
        self._dump_states()

    @override
    def setup_mapper(self) -> None:
        """Select the streams that describe the others, whatever the catalogue says: deletions depend on them."""
        for stream_class in STREAMS:
            entry = self.input_catalog.get_stream(stream_class.name) if self.input_catalog is not None else None
            if entry is not None and stream_class.component is None:
                entry.metadata.root.selected = True
        super().setup_mapper()

    @property
    @override
    def streams(self) -> dict[str, Stream]:
        """The streams in the order in which they are read; the SDK would sort them by name."""
        if self._streams is None:
            found = super().streams
            order: dict[type[Stream], int] = {stream_class: place for place, stream_class in enumerate(STREAMS)}
            self._streams = dict(sorted(found.items(), key=lambda item: order[type(item[1])]))
        return self._streams

    @classmethod
    @override
    def invoke(cls, *, config: Any = None, state: Any = None, catalog: Any = None, **options: Any) -> None:
        """Run a sync."""
        PluginBase.invoke.__func__(cls, **options)  # type: ignore[attr-defined]
        cls.print_version(print_fn=cls.logger.info)
        tap = cls(
            config=config.config if config else None,
            state=load_json(state.read()) if state else None,
            catalog=load_json(catalog.read()) if catalog else None,
            parse_env_config=bool(config and config.parse_env),
            setup_mapper=False,
        )
        try:
            tap.setup_mapper()
            tap.sync_all()
        except Exception as error:
            # Meltano's connection test merges stdout and stderr, and takes any record as proof of a good connection.
            if not (isinstance(error, OSError) or os.path.sameopenfile(1, 2)):
                tap.record_failure(error)
            raise
        finally:
            # Someone who stops the tap should not have to wait for the requests in flight.
            tap.run.client.close(waits=not isinstance(sys.exception(), Stopped))
            if tap.run.progress.accounts:
                for line in tap.run.progress.table():
                    cls.logger.info("%s", line)
            if tap.run.outcome is not None:
                cls.logger.info("%s", tap.run.outcome)

    def record_failure(self, error: Exception) -> None:
        """Write to the stream `sync_runs` that the sync failed."""
        if not self._streams or self.mapper is None:
            # It failed before the streams were known. This one does not depend on the store.
            self._is_storeless, self._streams = True, None
            self.setup_mapper()
        self._history.end(FAILED, SECRETS.clean(reason_of(error)))
        self._dump_states()
        self.state_writer.write_state(self.state)
        sys.stdout.flush()

    def _dump_states(self) -> None:
        for stream in self._selected_streams:
            stream.dump_state()

    @property
    def _history(self) -> SyncRunsStream:
        history = self.streams[SyncRunsStream.name]
        assert isinstance(history, SyncRunsStream)
        return history

    @classmethod
    @override
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Any:
        """Read the files of settings, and name one that cannot be read."""
        try:
            return super().cb_config(ctx, param, value)
        except (OSError, ValueError, TypeError):
            errors = [error for path in value if path != "ENV" and (error := file_error(path))]
            raise ConfigValidationError("", errors=errors, schema=CONFIG_JSONSCHEMA) from None

    @classmethod
    @override
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Print the steps of the check, and the store that was reached."""
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        config = ctx.params["config"]
        tap = cls(config=config.config, parse_env_config=config.parse_env, setup_mapper=False)
        steps = []
        for step in check_store(tap.config):
            steps.append(step)
            for line in check_report.lines(step):
                click.echo(line)
        error = failure(settings_of(tap.config), steps, counts_passing=True)
        if error is not None:
            raise error
        ctx.exit()

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings before any request, with the store's name and a remedy in every error."""
        SECRETS.hide(secrets_of(self._config))
        errors = [problem.sentence for problem in problems_of(self._config)]
        self._config = read_values(self._config)[0]
        errors = errors or super()._validate_config(raise_errors=False)
        for unknown in unknown_settings(self._config, self.config_jsonschema["properties"]):
            self.logger.warning("%s: %s", prefix_of(self._config), unknown)
        if errors and raise_errors:
            errors[0] = f"{prefix_of(self._config)}: {errors[0]}"
            raise ConfigValidationError(errors[0], errors=errors, schema=CONFIG_JSONSCHEMA)
        return errors

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        """Return the SDK's command, whose failures end with one plain line."""
        command = super().get_singer_command()
        return PlainErrors(
            command.name,
            callback=command.callback,
            params=command.params,
            help=command.help,
            logger=cls.logger,
        )

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> NoReturn:
        """Exit as a program that was stopped: Meltano takes exit code 0 for a finished sync."""
        raise Stopped(128 + signum)
