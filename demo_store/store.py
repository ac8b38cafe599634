"""A store behind a version of WooCommerce: its contents, clock, keys and switches."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import RLock
from typing import Literal, Self, TypeAlias

from demo_store import contents as recorded_contents
from demo_store.clock import Clock
from demo_store.faults import Faults
from demo_store.keys import ApplicationPasswords, Key, Keys, Permissions, Role
from demo_store.living import LivingProducts
from demo_store.living_terms import LivingTerms
from demo_store.php import Fields
from demo_store.profiles import PLUGINS, PROFILES, known
from demo_store.request_log import Request
from demo_store.rows import Row, Table
from demo_store.synthetic import catalogue
from demo_store.truth import RowKind, rows_of

Firewall: TypeAlias = Literal["403 html", "200 html", "503 html"]
RestDisabled: TypeAlias = Literal[401, 403, 404]
ClosedToVisitors: TypeAlias = Literal["shield", "miniorange"]


class Store(LivingProducts, LivingTerms):
    """One store. All methods may be called from any thread while it is being served.

    Args:
        contents: what is in it.
        version: the version of WooCommerce that answers, one of `PROFILES`.
        namespace: `wc/v2` makes a store of 3.0 to 3.4, which has neither wc/v3 nor wc-analytics.

    Attributes:
        clock: the store's clock, in the site's time zone.
        keys: its API keys. One of a shop manager that may read is there from the start.
        lock: held while an answer is computed and while the store is edited.
        latency_seconds: how long every answer takes.
        latency_per_row_seconds: how much longer it takes for every row in it.
        workers: how many requests are answered at once; None for any number.
        before_request: called before each answer is computed, outside the lock; may edit the store.
        home_url: the site's address where it is not the address it is served at, for instance behind a proxy.
        strips_authorization: the web server removes the Authorization header.
        thinks_http: WordPress does not know of TLS, which ended at a proxy.
        permalinks: with "plain", /wp-json/ is a 404 page and keys are not looked at.
        has_application_passwords: whether some user has one, so that WordPress itself refuses pairs it does not know.
        http_login: the user name and password that the web server asks for before WordPress, None for none.
        closed_to_visitors: the plugin that closes the REST API to those without a key: "shield" answers their requests
            below /wp-json/wc with 401, "miniorange" those and the API's index with 403 and a body of its own.
        languages: the languages of Polylang, whose parameter `lang` takes these alone; empty for no such plugin.
        has_woocommerce, has_wordpress: whether these are there at all.
        maintenance: WordPress is in maintenance mode.
        rest_disabled: the status a plugin answers REST requests with, None for no such plugin.
        firewall: what a firewall answers instead of the store.
        user_agent_block: a test of the User-Agent; a request for which it is true gets a 403 page.
        subfolder: where WordPress lives, for instance "/shop".
        redirect_to: where all requests are sent instead; a function gets the Request and may return None.
        redirect_status: the status of that redirect.
        hidden_rows: a test of (kind, id); rows it is true for are counted but left out of lists.
        random_related_ids: whether `related_ids` is a new sample on every call, as in a real store.
        gzip: whether answers are compressed when the client accepts that.
        faults: what goes wrong; see `demo_store.faults`.
    """

    def __init__(
        self, contents: recorded_contents.Contents, version: str = PROFILES[0], namespace: str = "wc/v3"
    ) -> None:
        self.contents = contents
        self.version = known(version)
        self.namespace = namespace
        self.lock = RLock()
        self.clock = Clock(contents.api_root["timezone_string"])
        self.keys = Keys()
        self.keys.add()
        self.faults = Faults()
        self.latency_seconds = 0.0
        self.latency_per_row_seconds = 0.0
        self.workers: int | None = None
        self.before_request: Callable[[Request], None] | None = None
        self.home_url: str | None = None
        self.strips_authorization = False
        self.thinks_http = False
        self.permalinks: Literal["pretty", "plain"] = "pretty"
        self.has_application_passwords = False
        self.application_passwords = ApplicationPasswords()
        self.http_login: tuple[str, str] | None = None
        self.closed_to_visitors: ClosedToVisitors | None = None
        self.languages: tuple[str, ...] = ()
        self.has_woocommerce = True
        self.has_wordpress = True
        self.maintenance = False
        self.rest_disabled: RestDisabled | None = None
        self.firewall: Firewall | None = None
        self.user_agent_block: Callable[[str], bool] | None = None
        self.subfolder = ""
        self.redirect_to: str | Callable[[Request], str | None] | None = None
        self.redirect_status = 301
        self.hidden_rows: Callable[[str, int], bool] | None = None
        self.random_related_ids = False
        self.gzip = True
        self.kept_lists: dict[object, list[Row]] = {}

    @classmethod
    def recorded(cls, contents: str = PROFILES[0], version: str | None = None, namespace: str = "wc/v3") -> Self:
        """Open a recorded store.

        Args:
            contents: the version its rows were recorded on: "11.0.1", "9.9.5" or "5.9.0".
            version: the version that serves them; by default the one they were recorded on.
            namespace: see the class.
        """
        return cls(recorded_contents.recorded(known(contents)), version or contents, namespace)

    @classmethod
    def of_plugin(cls, name: str) -> Self:
        """Open a store of the newest version with the rows that were recorded of a plugin, one of `PLUGINS`."""
        if name not in PLUGINS:
            raise ValueError(f"No recording of the plugin {name}; there are {', '.join(PLUGINS)}.")
        return cls(recorded_contents.of_plugin(name))

    @classmethod
    def empty(cls, version: str = PROFILES[0], namespace: str = "wc/v3") -> Self:
        """Open a store without goods."""
        return cls(recorded_contents.empty(known(version)), version, namespace)

    @classmethod
    def synthetic(
        cls,
        version: str = PROFILES[0],
        *,
        products: int = 100_000,
        variations: int = 0,
        seed: int = 1,
        namespace: str = "wc/v3",
    ) -> Self:
        """Open a store of made-up goods. 100,000 products with 200,000 variations take about a second."""
        return cls(catalogue(known(version), products, variations, seed), version, namespace)

    def keep_products(self, count: int) -> None:
        """Make the store smaller: only its first products stay, with their variations and reviews."""
        with self.lock:
            kept = sorted(self.contents.products, key=lambda row: row.id)[:count]
            ids = {row.id for row in kept}
            self.contents.products = Table(kept)
            self.contents.variations = Table(row for row in self.contents.variations if row.parent_id in ids)
            self.contents.reviews = Table(row for row in self.contents.reviews if row.data["product_id"] in ids)
            self.kept_lists.clear()

    def key(self) -> Key:
        """Give a key of a shop manager that may read; makes one when there is none."""
        good = (key for key in self.keys if key.permissions != "write" and key.user_role == "shop_manager")
        return next(good, None) or self.keys.add()

    def add_key(
        self,
        consumer_key: str | None = None,
        consumer_secret: str | None = None,
        permissions: Permissions = "read",
        user_role: Role = "shop_manager",
    ) -> Key:
        """Add a key; see `Keys.add`."""
        return self.keys.add(consumer_key, consumer_secret, permissions, user_role)

    def add_application_password(self, user_name: str, user_role: Role = "shop_manager") -> str:
        """Give a user an application password, as WordPress shows it: in groups of four letters and digits."""
        self.has_application_passwords = True
        return self.application_passwords.add(user_name, user_role)

    def revoke_key(self, key: Key | str) -> None:
        """Revoke a key; from then on it is unknown."""
        self.keys.revoke(key)

    def rows(self, kind: RowKind, *, route: str | None = None) -> list[Fields]:
        """List the rows as the API of this version serves them now to a key with all rights, trash too, by id.

        Args:
            kind: what to list. Attribute terms come as `{"attribute_id", "term"}`, names of custom fields as
                `{"name"}`; these and tax classes are
                fields in the store's order, and variations as the flat route of the version gives them
                (wc/v3 on 11.0.1, else wc-analytics), so always with `parent_id`.
            route: for variations, "v3", "analytics" or "per_product" for the shape of another route.
        """
        with self.lock:
            self.publish_due()
            if kind == "custom_field_names":
                return [{"name": name} for name in self.custom_field_names()]
            return rows_of(self.contents, self.version, self.namespace, kind, route)

    def seconds(self) -> float:
        """Tell the store's clock as seconds since 1970."""
        return (self.clock.now() - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
