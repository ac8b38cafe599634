"""Carry one REST request to its handler, and make the answers of lists and single rows."""

import math
from dataclasses import dataclass

from demo_store import fields
from demo_store.answer import Answer, RestError
from demo_store.keys import VIEWERS, Key
from demo_store.params import Parameters
from demo_store.parts import Form
from demo_store.php import Fields, add_query_arg, encode, parse_list
from demo_store.profiles import Route
from demo_store.request_log import Request
from demo_store.store import Store


@dataclass
class Call:
    """One REST request, matched and read.

    Attributes:
        store: the store that is asked; its lock is held.
        home: the site's address, for links.
        path: the path below /wp-json, for instance `/wc/v3/products`.
        route: the route it matched.
        args: the values in the path.
        parameters: the values in the query.
        key: who asks; None for nobody.
        request: the log's entry for it.
    """

    store: Store
    home: str
    path: str
    route: Route
    args: dict[str, str]
    parameters: Parameters
    key: Key | None
    request: Request

    @property
    def values(self) -> Fields:
        """The parameters of the route, with defaults."""
        return self.parameters.values

    def form(self, *, flat: bool = False) -> Form:
        """Give the form in which the request wants its rows."""
        names = self.parameters.query.get("_fields")
        return Form(
            self.store.version,
            self.route.namespace,
            flat,
            self.values.get("context", "view"),
            None if names is None else ",".join(parse_list(names)),
            tuple(self.values.get("include_meta") or ()),
            tuple(self.values.get("exclude_meta") or ()),
        )

    def require(self, roles: tuple[str, ...] = VIEWERS, doing: str = "list resources") -> None:
        """Refuse keys of other roles: 401 for nobody, 403 for somebody."""
        if self.key is None or self.key.user_role not in roles:
            status = 403 if self.key else 401
            raise RestError(status, "woocommerce_rest_cannot_view", f"Sorry, you cannot {doing}.")

    def paged(self, parts: list[bytes], total: int, *, page: int | None = None) -> Answer:
        """Make the answer of one page of a list, with its totals and links.

        Args:
            parts: the encoded rows.
            total: how many rows the list has, hidden ones included.
            page: which page this is, where that is not the parameter's word.
        """
        self.request.rows = len(parts)
        per_page, page = self.values["per_page"], page or self.values["page"]
        pages = math.ceil(total / per_page)
        answer = Answer(body=b"[" + b",".join(parts) + b"]")
        answer.headers |= {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
        base = add_query_arg(f"{self.home}/wp-json{self.path}", self.parameters.query)
        around = []
        if page > 1:
            around.append(f'<{add_query_arg(base, {"page": min(page - 1, pages)})}>; rel="prev"')
        if pages > page:
            around.append(f'<{add_query_arg(base, {"page": page + 1})}>; rel="next"')
        if around:
            answer.headers["Link"] = ", ".join(around)
        return answer

    def whole(self, rows: list[Fields]) -> Answer:
        """Make the answer of a list without pages."""
        self.request.rows = len(rows)
        tree = fields.wanted(self.parameters.query.get("_fields"))
        return Answer(body=encode([fields.cut(row, tree) for row in rows]))

    def single(self, row: Fields) -> Answer:
        """Make the answer of a single row; `_fields` does not take away its links, as WordPress adds them last."""
        self.request.rows = 1
        shown = fields.cut(row, fields.wanted(self.parameters.query.get("_fields")))
        if "_links" in row:
            kept = shown if isinstance(shown, dict) else {}
            shown = {**{name: value for name, value in kept.items() if name != "_links"}, "_links": row["_links"]}
        return Answer(body=encode(shown))
