"""Renders the templates: with the texts of the language, safe numbers and times, and cleaned HTML of stores."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import nh3
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from pimctl.console import texts
from pimctl.console.guard import session_of
from pimctl.console.texts import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

STATIC = Path(__file__).parent / "static"
LABELS = texts.labels()
SETTING = re.compile(rf"(?:\bthe )?\b({'|'.join(name for name in LABELS if '_' in name)})\b")
DASH = "\N{EN DASH}"
TAGS = {
    "a", "b", "blockquote", "br", "code", "dd", "dl", "dt", "em", "i", "li", "ol", "p", "pre", "strong", "sub", "sup",
    "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip


def number(value: Any) -> str | Markup:
    """Return a number with a mark for the browser, which writes it as the viewer's country does."""
    if value is None:
        return DASH
    plain = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return Markup('<data value="{}">{}</data>').format(value, plain)


def instant(value: datetime | str | None, *, now: datetime | None = None) -> str | Markup:
    """Return a time as how long ago it was, with the exact one on hover; the browser turns that into its zone.

    Args:
        value: A time, UTC where it names no zone, or text in ISO 8601.
        now: Count from here; now if left out.
    """
    if value is None:
        return DASH
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    exact = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), exact, distance(moment - (now or datetime.now(UTC)))
    )


def distance(span: timedelta) -> str:
    """Return how far away a moment is, in words: ``5 min ago``, ``in 2 h``."""
    seconds = abs(span.total_seconds())
    if seconds < 45:
        return _("just now") if span <= timedelta() else _("now")
    for size, unit in ((86400.0, _("%d d")), (3600.0, _("%d h")), (60.0, _("%d min"))):
        if seconds >= size:
            count = unit % round(seconds / size)
            break
    else:
        count = _("%d min") % 1
    return (_("in %s") if span > timedelta() else _("%s ago")) % count


def duration(seconds: float | None) -> str:
    """Return a length of time, which no line breaks: ``23 s``, ``4 min 10 s``, ``2 h 5 min``."""
    if seconds is None:
        return DASH
    whole = max(0, round(seconds))
    if whole < 60:
        text = _("%d s") % whole
    elif whole < 3600:
        text = _("%d min %d s") % divmod(whole, 60)
    else:
        text = _("%d h %d min") % divmod(whole // 60, 60)
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def cleaned(html: str | None) -> Markup:
    """Return a store's HTML without all that could run, load or reach beyond its place."""
    kept = nh3.clean(
        html or "",
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return Markup(kept)  # noqa: S704  it was cleaned on the line before


def web_address(url: Any) -> str:
    """Return an address from a store if it is one of the web, else an empty text: ``javascript:`` is none."""
    try:
        parts = urlsplit(str(url or ""))
    except ValueError:
        return ""
    return str(url) if parts.scheme in {"http", "https"} and parts.netloc else ""


def admin_address(site_url: str | None, product_id: int | None) -> str:
    """Return where a product is edited in its store's own admin."""
    site = web_address(site_url)
    return f"{site.rstrip('/')}/wp-admin/post.php?post={product_id}&action=edit" if site and product_id else ""


def with_query(path: str, query: Mapping[str, Any], **changes: Any) -> str:
    """Return an address with this query, some of its parameters changed and empty ones left out."""
    whole = {name: value for name, value in {**query, **changes}.items() if value not in {"", None}}
    return f"{path}?{urlencode(whole)}" if whole else path


def sentence(text: str) -> str:
    """Return a text that begins with a capital letter, ends with a stop, and names settings as the forms do."""
    text = SETTING.sub(lambda found: f"the {in_sentence(LABELS[found[1]])}", text.strip())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".") if text else ""


def in_sentence(label: str) -> str:
    """Return a label as it stands within a sentence; an abbreviation keeps its capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def schedule(cron: str | None) -> str:
    """Return cron fields in words where there are some for them: ``every hour``, ``daily at 03:00``.

    The times are those of the machine's time zone, in which cron counts.
    """
    if not cron:
        return _("only by hand")
    for pattern, words in texts.schedules().items():
        if re.fullmatch(pattern, cron):
            return words
    daily = re.fullmatch(r"(\d{1,2}) (\d{1,2}) \* \* \*", cron)
    if daily:
        return _("daily at %s") % f"{int(daily[2]):02}:{int(daily[1]):02}"
    return _("cron %s") % cron


def environment() -> Environment:
    """Return the templates' environment."""
    made = Environment(
        loader=PackageLoader("pimctl.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(texts.TRANSLATION, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        n=number,
        instant=instant,
        duration=duration,
        sentence=sentence,
        schedule=schedule,
        cleaned=cleaned,
        web_address=web_address,
    )
    made.globals.update(
        language=texts.LANGUAGE,
        kinds=texts.kinds(),
        severities=texts.severities(),
        roles=texts.roles(),
        components=texts.components(),
        stream_name=texts.stream,
        facts=texts.facts(),
        labels=LABELS,
        stock_states=texts.stock_states(),
        admin_address=admin_address,
        with_query=with_query,
        version=int(max(file.stat().st_mtime for file in STATIC.iterdir())),  # a new style sheet has a new address
    )
    return made


TEMPLATES = environment()


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page for somebody who is logged in."""
    session = session_of(request)
    notice = session.take_notice() if session else ""
    html = TEMPLATES.get_template(template).render(
        session=session, path=request.url.path, query=dict(request.query_params), notice=notice, **values
    )
    return HTMLResponse(html, status)


def event(name: str, data: Any) -> str:
    """Return one server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def failed(request: Request, status: int, title: str, message: str) -> Response:
    """Return the page that says what went wrong and what to do: try again, or go back to the page of the form."""
    is_form = request.method == "POST"
    asked = urlsplit(request.headers.get("referer", "/") if is_form else str(request.url))
    again = f"/{asked.path.lstrip('/')}{'?' * bool(asked.query)}{asked.query}"
    return page(request, "message.html", status, title=title, message=message, again=again, is_form=is_form)
