"""Every fault in all its kinds, by a name that says what the client meets."""

from collections.abc import Callable, Mapping
from functools import partial

from demo_store.faults.base import Fault
from demo_store.faults.bodies import (
    BlankLines,
    BrokenGzip,
    ByteOrderMark,
    CompressionBomb,
    CutBody,
    DeepNesting,
    EmptyBody,
    HtmlPage,
    InvalidUtf8,
    LoginPage,
    NotANumber,
    NoticeAfter,
    NoticeBefore,
    OversizedBody,
    TrailingComma,
    WrongCharset,
    WrongContentType,
)
from demo_store.faults.fields import (
    ControlCharacters,
    HugeNumbers,
    ListNotObject,
    LoneSurrogates,
    LongDescriptions,
    MetaDataAsObject,
    NestedFields,
    NulCharacters,
    WrongTypes,
    Year9999,
    ZeroDates,
)
from demo_store.faults.pages import (
    ChangingTotals,
    EndlessPages,
    EndsEarly,
    FewerRows,
    JunkRows,
    NoIds,
    NoTotals,
    ObjectNotList,
    OtherPage,
    SamePage,
    TextIds,
    WrongTotals,
)
from demo_store.faults.statuses import FailsAbove, KeyRevoked, PoisonousRow, Redirected, Status
from demo_store.faults.transport import (
    ClosedHalfway,
    ConnectionRefused,
    ConnectionReset,
    EarlyHints,
    HostNotFound,
    NeverAnswers,
    NoContentType,
    SlowDrip,
)

A_BYTE = 10**9
"""So many pieces make each of them a byte."""


def cases(*ids: int, large_bytes: int = 70_000_000) -> Mapping[str, Callable[[], Fault]]:
    """Give every kind of fault.

    Args:
        ids: rows for the faults that are about single ones.
        large_bytes: more than the client takes in one answer.

    Returns:
        What makes a new fault, by its name.
    """
    statuses = (500, 502, 503, 504, 508, 520, 521, 522, 523, 524)
    return {
        **{f"status {status}": partial(Status, status) for status in statuses},
        "429": lambda: Status(429),
        "429, Retry-After 1": lambda: Status(429, 1),
        "429, Retry-After 0": lambda: Status(429, 0),
        "429, Retry-After -5": lambda: Status(429, -5),
        "429, Retry-After a date": lambda: Status(429, "Wed, 21 Oct 2015 07:28:00 GMT"),
        "429, Retry-After nonsense": lambda: Status(429, "soon, in 2 +9999999999 weeks"),
        "429, Retry-After no date": lambda: Status(429, "Wed, 99 Oct 99999 77:88:99 +99999999"),
        "503, Retry-After 0": lambda: Status(503, 0),
        "connection refused": ConnectionRefused,
        "connection reset": ConnectionReset,
        "closed halfway": ClosedHalfway,
        "slow drip, a byte a second": lambda: SlowDrip(1, A_BYTE),
        "early hints": EarlyHints,
        "no answer at all": NeverAnswers,
        "host not found": HostNotFound,
        "cut body": CutBody,
        "empty body": EmptyBody,
        "HTML with status 200": HtmlPage,
        "PHP notice before": NoticeBefore,
        "PHP notice after": NoticeAfter,
        "byte-order mark": ByteOrderMark,
        "blank lines": BlankLines,
        "wrong Content-Type": WrongContentType,
        "no Content-Type": NoContentType,
        "wrong charset": WrongCharset,
        "invalid UTF-8": InvalidUtf8,
        "NaN": NotANumber,
        "trailing comma": TrailingComma,
        "broken gzip": BrokenGzip,
        "compression bomb": lambda: CompressionBomb(large_bytes),
        "body too large": lambda: OversizedBody(large_bytes),
        "100,000 levels of brackets": DeepNesting,
        "no totals": NoTotals,
        "totals of 1": lambda: WrongTotals(1, 1),
        "totals of 0": lambda: WrongTotals(0, 0),
        "totals too large": lambda: WrongTotals(10**9, 10**7),
        "totals of 5,000 digits": lambda: WrongTotals("9" * 5000, "9" * 5000),
        "totals that are no numbers": lambda: WrongTotals("many", "pages"),
        "totals that grow": ChangingTotals,
        "totals that shrink": lambda: ChangingTotals(-1),
        "the next page's rows": OtherPage,
        "the last page's rows": lambda: OtherPage(-1),
        "the rows of three pages on": lambda: OtherPage(3),
        "the rows of three pages back": lambda: OtherPage(-3),
        "the rows of a page behind the end": lambda: OtherPage(1000),
        "the same page for ever": SamePage,
        "a list that ends early": EndsEarly,
        "2 rows a page at most": lambda: FewerRows(2),
        "pages without end, totals that grow": EndlessPages,
        "pages without end, no totals": lambda: EndlessPages(grows=False),
        "login page": LoginPage,
        "redirect to another host": Redirected,
        "redirect to a file": lambda: Redirected("file:///etc/passwd"),
        "redirect to nowhere": lambda: Redirected(""),
        "redirect in a circle": lambda: Redirected("/wp-json/wc/v3/products"),
        "key revoked": KeyRevoked,
        "fails above 3 rows": lambda: FailsAbove(3),
        "fails above 1 row": lambda: FailsAbove(1),
        "a row that kills its page": lambda: PoisonousRow(*ids[1:2]),
        "two such rows at both ends": lambda: PoisonousRow(*ids[:1], *ids[-1:]),
        "all rows null": JunkRows,
        "every third row null": lambda: JunkRows(step=3),
        "every third row a text": lambda: JunkRows("x", 3),
        "every third row a list": lambda: JunkRows([1], 3),
        "every third row an empty object": lambda: JunkRows({}, 3),
        "ids as texts": TextIds,
        "no ids": NoIds,
        "object for a list": ObjectNotList,
        "list for an object": ListNotObject,
        "wrong types": WrongTypes,
        "zero dates": ZeroDates,
        "year 9999": Year9999,
        "meta_data as an object": MetaDataAsObject,
        "a description of 10 MB": lambda: LongDescriptions(only=ids[1:2]),
        "lone surrogates": LoneSurrogates,
        "NUL characters": NulCharacters,
        "numbers beyond 64 bits": HugeNumbers,
        "200 levels of nesting": NestedFields,
        "500 levels of nesting": lambda: NestedFields(500),
        "control characters": ControlCharacters,
    }
