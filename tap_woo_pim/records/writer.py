"""Writes Singer messages to standard output."""

from __future__ import annotations

import io
import sys
from typing import TextIO

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import Message, RecordMessage

from tap_woo_pim._compat import override

BUFFER_BYTES = 2**18
"""Python's own 8 kB hold few records, and each write lets another thread run first, for milliseconds if that decodes a
page."""


class BufferedWriter(MsgSpecWriter):
    """Writes records when the buffer is full, other messages at once: flushing each record costs 10 % of a run."""

    @override
    def write_message(self, message: Message) -> None:
        """Write a message."""
        sys.stdout.buffer.write(self.format_message(message))
        if not isinstance(message, RecordMessage):
            sys.stdout.flush()


def widened(stream: TextIO) -> TextIO:
    """Give a text stream over a file or pipe a large buffer; return any other stream as it is."""
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # there is no buffer with PYTHONUNBUFFERED, as is usual in containers
    if not isinstance(raw, io.FileIO):
        return stream
    stream.flush()
    return io.TextIOWrapper(io.BufferedWriter(raw, BUFFER_BYTES), encoding="utf-8")
