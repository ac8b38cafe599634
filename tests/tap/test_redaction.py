"""The second line of defence: no form of a secret passes the log."""

from __future__ import annotations

import base64
import logging
from io import StringIO
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_woo_pim.redaction import HIDDEN, SecretFilter, forms, redact

pytestmark = pytest.mark.unit

SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=8, max_size=43)


@given(secret=SECRETS, before=st.binary(max_size=8), after=st.binary(max_size=8))
def test_secret_is_hidden_wherever_base64_begins(secret: str, before: bytes, after: bytes) -> None:
    text = base64.b64encode(before + secret.encode() + after).decode()
    shown = redact(text, forms(secret))
    assert HIDDEN in shown
    # The letters it shares with its neighbours stay, and tell of it two bytes at most.
    assert len(shown.replace(HIDDEN, "")) <= len(base64.b64encode(before + after)) + 4


@given(secret=SECRETS)
def test_secret_is_hidden_plain_and_percent_encoded(secret: str) -> None:
    text = f"?a=1&key={quote(secret, safe='')}&b=2 and {secret}!"
    shown = redact(text, forms(secret))
    assert quote(secret, safe="") not in shown
    assert secret not in shown.replace(HIDDEN, "")


def test_messages_and_tracebacks_are_cleaned_and_others_left_alone() -> None:
    written = StringIO()
    secrets = SecretFilter()
    secrets.hide(["cs_0123456789abcdef", None, "", 1234567890])
    handler = logging.StreamHandler(written)
    handler.addFilter(secrets)
    logger = logging.getLogger("tests.redaction")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    logger.info("asking %s with %s", "https://store.example/?s=cs_0123456789abcdef", 1234567890)
    try:
        int("cs_0123456789abcdef")
    except ValueError:
        logger.exception("that failed")
    logger.info("and %d rows", 5)
    logger.removeHandler(handler)
    said = written.getvalue()
    assert "cs_0123456789abcdef" not in said
    assert "1234567890" not in said
    assert "asking https://store.example/?s=*** with ***" in said
    assert "ValueError: invalid literal for int() with base 10: '***'" in said
    assert "and 5 rows" in said
