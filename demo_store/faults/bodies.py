"""Faults of the body's bytes and of the headers that describe them."""

import gzip
import json
import zlib
from collections.abc import Callable

from demo_store.answer import HTML_TYPE, Answer, html
from demo_store.faults.base import Exchange, Fault

_NOTICE = (
    b"<br />\n<b>Notice</b>:  Undefined index: price in "
    b"<b>/srv/shop/wp-content/plugins/prices/prices.php</b> on line <b>42</b><br />\n"
)


class BodyChanged(Fault):
    """Any change of the body.

    Args:
        change: gets the body, not yet compressed, and gives the one that is sent.
        **headers: headers to set; an underscore in a name stands for a hyphen.
    """

    name = "body_changed"

    def __init__(self, change: Callable[[bytes], bytes] = bytes, **headers: str) -> None:
        self._change = change
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - whatever was asked
        """Change the body."""
        answer.body = self._change(answer.body)
        answer.headers |= self._headers
        return answer


class CutBody(BodyChanged):
    """The JSON ends in its middle, in an answer that is complete for HTTP."""

    name = "cut_body"

    def __init__(self) -> None:
        super().__init__(lambda body: body[: len(body) // 2])


class EmptyBody(BodyChanged):
    """Status 200 and nothing else."""

    name = "empty_body"

    def __init__(self) -> None:
        super().__init__(lambda _: b"")


class NoticeBefore(BodyChanged):
    """A PHP notice before the JSON."""

    name = "notice_before"

    def __init__(self) -> None:
        super().__init__(lambda body: _NOTICE + body, Content_Type=HTML_TYPE)


class NoticeAfter(BodyChanged):
    """A PHP notice after the JSON."""

    name = "notice_after"

    def __init__(self) -> None:
        super().__init__(lambda body: body + b"\n" + _NOTICE)


class ByteOrderMark(BodyChanged):
    """A byte-order mark before the JSON: a plugin's file was saved with one."""

    name = "byte_order_mark"

    def __init__(self) -> None:
        super().__init__(lambda body: b"\xef\xbb\xbf" + body)


class BlankLines(BodyChanged):
    """Blank lines before and after the JSON."""

    name = "blank_lines"

    def __init__(self) -> None:
        super().__init__(lambda body: b"\n\r\n\n" + body + b"\n\n")


class WrongContentType(BodyChanged):
    """JSON that is said to be HTML, or what else is wished."""

    name = "wrong_content_type"

    def __init__(self, content_type: str = HTML_TYPE) -> None:
        super().__init__(bytes, Content_Type=content_type)


class WrongCharset(BodyChanged):
    """JSON in UTF-8, letters not escaped, that is said to be Latin-1."""

    name = "wrong_charset"

    def __init__(self) -> None:
        super().__init__(_unescaped, Content_Type="application/json; charset=ISO-8859-1")


class NotANumber(BodyChanged):
    """A bare NaN where a number was: not JSON, though Python reads it."""

    name = "not_a_number"

    def __init__(self) -> None:
        super().__init__(lambda body: body.replace(b'"id":', b'"average":NaN,"id":', 1))


class TrailingComma(BodyChanged):
    """A comma before the last bracket."""

    name = "trailing_comma"

    def __init__(self) -> None:
        super().__init__(lambda body: body[:-1] + b"," + body[-1:])


class InvalidUtf8(BodyChanged):
    """Bytes that are no UTF-8 in a string."""

    name = "invalid_utf8"

    def __init__(self) -> None:
        super().__init__(lambda body: body.replace(b'"name":"', b'"name":"\xff\xfe\xe4', 1))


class DeepNesting(BodyChanged):
    """JSON nested deeper than parsers like."""

    name = "deep_nesting"

    def __init__(self, depth: int = 100_000) -> None:
        super().__init__(lambda _: b"[" * depth + b"]" * depth)


class BrokenGzip(BodyChanged):
    """A body that is said to be compressed and breaks off or is no gzip at all."""

    name = "broken_gzip"

    def __init__(self) -> None:
        super().__init__(_broken_gzip, Content_Encoding="gzip")


class CompressionBomb(BodyChanged):
    """A small compressed body that unpacks to very many bytes of blanks after the JSON.

    Args:
        unpacked_bytes: how many.
    """

    name = "compression_bomb"

    def __init__(self, unpacked_bytes: int = 1_000_000_000) -> None:
        super().__init__(lambda body: _bomb(body, unpacked_bytes), Content_Encoding="gzip")


class OversizedBody(BodyChanged):
    """A body with very many bytes of blanks after the JSON."""

    name = "oversized_body"

    def __init__(self, extra_bytes: int = 100_000_000) -> None:
        super().__init__(lambda body: body + b" " * extra_bytes, Content_Encoding="identity")


class HtmlPage(Fault):
    """An HTML page with status 200 in place of the JSON: a firewall's, a cache's or a broken plugin's."""

    name = "html_page"

    def __init__(self, status: int = 200) -> None:
        self._status = status

    async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002 - the same for all
        """Answer with the page; the store is not asked."""
        return html(self._status, "Just a moment...", "Checking your browser before you go on.")


class LoginPage(Fault):
    """The store's login page with status 200, as membership plugins send it."""

    name = "login_page"

    async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002 - the same for all
        """Answer with the page; the store is not asked."""
        form = '<form name="loginform" id="loginform" action="/wp-login.php" method="post"></form>'
        return html(200, "Log In", form)


def _unescaped(body: bytes) -> bytes:
    return json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()


def _broken_gzip(body: bytes) -> bytes:
    packed = gzip.compress(body, mtime=0)
    return packed[: len(packed) // 2] + b"\x00garbage"


def _bomb(body: bytes, unpacked_bytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks = b" " * 1_000_000
    parts = [packer.compress(body)]
    parts += [packer.compress(blanks) for _ in range(unpacked_bytes // len(blanks))]
    return b"".join([*parts, packer.flush()])
