"""Writes Singer messages to standard output."""

from __future__ import annotations

import io
import sys
from typing import TextIO

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import Message, RecordMessage

from tap_woo_pim._compat import override

BUFFER_BYTES = 2**18
"""Records of some kB each fill the buffer of 8 kB that Python gives a pipe at once, and each write lets another thread
go first: pages that are being decoded, for milliseconds."""


class BufferedWriter(MsgSpecWriter):
    """Writes records as the buffer fills, all other messages at once: a flush a record costs a tenth of a run."""

    @override
    def write_message(self, message: Message) -> None:
        """Write a message."""
        sys.stdout.buffer.write(self.format_message(message))
        if not isinstance(message, RecordMessage):
            sys.stdout.flush()


def widened(stream: TextIO) -> TextIO:
    """Give a text stream over a file or pipe a large buffer; any other stream is returned as it is."""
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # with PYTHONUNBUFFERED, as is usual in containers, there is no buffer
    if not isinstance(raw, io.FileIO):
        return stream
    stream.flush()
    return io.TextIOWrapper(io.BufferedWriter(raw, BUFFER_BYTES), encoding="utf-8")
