"""The tap: WooCommerce shops to Singer messages."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from functools import cached_property
from types import FrameType
from typing import Any, ClassVar, NoReturn

import click
from singer_sdk import Stream, Tap
from singer_sdk.exceptions import ConfigValidationError, SingerSDKError
from singer_sdk.helpers._util import load_json
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities, TapCapabilities
from singer_sdk.plugin_base import PluginBase, SingerCommand

from tap_woo_pim._compat import override
from tap_woo_pim.output import BufferedWriter
from tap_woo_pim.run import Run
from tap_woo_pim.settings import CONFIG_JSONSCHEMA, Settings
from tap_woo_pim.shop import Shop
from tap_woo_pim.streams import STREAMS
from tap_woo_pim.streams.snapshots import SideStream


class TapWooPim(Tap):
    """Brings the products of a WooCommerce shop, and all that belongs to them, into a PIM database."""

    name = "tap-woo-pim"
    config_jsonschema: ClassVar[dict[str, Any]] = CONFIG_JSONSCHEMA
    # The catalogue depends on what the store has, so its settings have to be right already then.
    dynamic_catalog = True
    message_writer_class = BufferedWriter
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
    ]

    @cached_property
    def run(self) -> Run:
        """This run over the shop."""
        bookmarks = self.state.setdefault("bookmarks", {})
        return Run(Shop(Settings.from_config(self.config)), bookmarks.setdefault("stores", {}))

    @override
    def discover_streams(self) -> Sequence[Stream]:
        """Streams of the chosen components that the store has."""
        chosen = self.run.shop.settings.sync_components
        streams: list[Stream] = []
        for stream_class in STREAMS:
            if stream_class.component is not None and stream_class.component not in chosen:
                continue
            if stream_class.is_in(self.run):
                streams.append(stream_class(self, self.run))
            else:
                self.logger.info("%s: this store does not have it, so it is left out.", stream_class.component)
        return streams

    @property
    @override
    def streams(self) -> dict[str, Stream]:
        """The streams in the order in which they are read; the SDK would read them in that of their names."""
        if self._streams is None:
            found = super().streams
            order: dict[type[Stream], int] = {stream_class: place for place, stream_class in enumerate(STREAMS)}
            self._streams = dict(sorted(found.items(), key=lambda item: order[type(item[1])]))
            for name, stream in self._streams.items():
                if isinstance(stream, SideStream):
                    self.run.side_records[name] = stream.add
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
        )
        try:
            tap.sync_all()
        finally:
            tap.run.shop.client.close()

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        """The SDK's command, ending a failure with one plain line: Meltano shows no other."""
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
        """End as a program that was stopped, not as one that succeeded: Meltano takes exit code 0 for a whole sync."""
        sys.exit(128 + signum)


class PlainErrors(SingerCommand):
    """A command whose failures end with exit code 1 and one plain line on stderr."""

    @override
    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command."""
        logging.captureWarnings(capture=True)
        try:
            return super().main(*args, **kwargs)
        except ConfigValidationError as error:
            reason = " ".join(error.errors)
        except SingerSDKError as error:
            reason = str(error)
        except Exception:
            self.logger.exception("This is a fault of the tap itself.")
            reason = "The tap failed by a fault of its own, described above. Please report it."
        sys.stdout.flush()
        sys.stderr.write(f"{reason}\n")
        sys.exit(1)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        """Run the callback, without the SDK's handling of wrong settings, whose last line names no cause."""
        return click.Command.invoke(self, ctx)
