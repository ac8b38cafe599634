"""The settings of the tap as they are declared: names, types, defaults, and what each is for."""

from __future__ import annotations

from singer_sdk import typing as th

COMPONENTS = (
    "products",
    "variations",
    "categories",
    "tags",
    "brands",
    "attributes",
    "shipping_classes",
    "tax_classes",
    "custom_fields",
    "reviews",
)
AUTH_METHODS = ("auto", "basic", "query", "oauth1")
SECRET_SETTINGS = ("consumer_key", "consumer_secret")
REQUIRED_SETTINGS = ("site_url", *SECRET_SETTINGS)
DEFAULT_COMPONENTS = tuple(component for component in COMPONENTS if component != "reviews")

RANGES: dict[str, tuple[float, float]] = {
    "full_read_interval_hours": (0, 8760),
    "lookback_seconds": (0, 86_400),
    "max_vanished_percent": (0, 100),
    "page_size": (1, 100),
    "max_concurrency": (1, 32),
    "requests_per_second": (0.01, 1000),
    "request_timeout_seconds": (1, 3600),
    "max_retries": (0, 20),
    "retry_budget_seconds": (1, 604_800),
}
"""The least and the largest value of each number."""

CONFIG_JSONSCHEMA = th.PropertiesList(
    th.Property("site_url", th.StringType, required=True, title="Store address", description="Address of the store."),
    th.Property(
        "consumer_key",
        th.StringType,
        required=True,
        secret=True,
        title="Consumer key",
        description="Consumer key (ck_...) of a WooCommerce REST API key with read permission.",
    ),
    th.Property(
        "consumer_secret",
        th.StringType,
        required=True,
        secret=True,
        title="Consumer secret",
        description="Consumer secret (cs_...) that belongs to the consumer key.",
    ),
    th.Property(
        "store_id",
        th.StringType,
        title="Store ID",
        description="Stable name of the store in the PIM database; made from site_url when not given.",
    ),
    th.Property(
        "sync_components",
        th.ArrayType(th.StringType),
        default=list(DEFAULT_COMPONENTS),
        title="Sync components",
        description="What comes over: " + ", ".join(COMPONENTS) + ".",
    ),
    th.Property(
        "auth_method",
        th.StringType,
        default="auto",
        allowed_values=list(AUTH_METHODS),
        title="Way to show the key",
        description="basic or query (https only), oauth1 (http and https), or auto for the first that works.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description="Bring only products and variations changed after this time.",
    ),
    th.Property(
        "content",
        th.StringType,
        default="rendered",
        allowed_values=["rendered", "raw"],
        title="Content",
        description="Descriptions as visitors see them (rendered) or as typed, with blocks and shortcodes (raw).",
    ),
    th.Property(
        "full_read_interval_hours",
        th.NumberType,
        default=24,
        title="Hours between whole reads",
        description="After this time, or 95 % of it, products and variations are read whole again, which also finds"
        " deletions.",
    ),
    th.Property(
        "lookback_seconds",
        th.IntegerType,
        default=300,
        title="Look-back in seconds",
        description="How far before its bookmark an incremental run asks again.",
    ),
    th.Property(
        "max_vanished_percent",
        th.NumberType,
        default=20,
        title="Most rows that may vanish, in percent",
        description="When more of a stream's rows are missing from a whole read, nothing is taken for deleted.",
    ),
    th.Property(
        "page_size",
        th.IntegerType,
        default=100,
        title="Rows a page",
        description="Rows asked for in one request, 1 to 100; 1 counts as 2, since pages overlap by a row.",
    ),
    th.Property(
        "max_concurrency",
        th.IntegerType,
        default=4,
        title="Requests in flight",
        description="How many requests the store gets at once at most, 1 to 32.",
    ),
    th.Property(
        "requests_per_second",
        th.NumberType,
        title="Requests a second",
        description="Most requests that may start in a second; no such limit when not given.",
    ),
    th.Property(
        "fail_on_unread",
        th.BooleanType,
        default=False,
        title="Fail on unread rows",
        description="End a run as failed when the store could not deliver some rows. All others arrive all the same.",
    ),
    th.Property(
        "request_timeout_seconds",
        th.NumberType,
        default=60,
        title="Time-out in seconds",
        description="How long one request may take to start or to go on answering.",
    ),
    th.Property(
        "max_retries",
        th.IntegerType,
        default=5,
        title="Retries",
        description="How often a failed request is tried again.",
    ),
    th.Property(
        "retry_budget_seconds",
        th.NumberType,
        default=7200,
        title="Time for retries",
        description="How long in all a run may spend on requests that failed and are tried again.",
    ),
    th.Property(
        "verify_tls",
        th.BooleanType,
        default=True,
        title="Verify TLS",
        description="Check the store's certificate. Turn off for a test store only.",
    ),
    th.Property(
        "ca_bundle",
        th.StringType,
        title="CA bundle",
        description="File of CA certificates to trust, for a store with a certificate of its own.",
    ),
    th.Property(
        "user_agent",
        th.StringType,
        title="User agent",
        description="How the tap names itself to the store; tap-woo-pim/VERSION by default.",
    ),
    th.Property(
        "extra_query_parameters",
        th.ObjectType(additional_properties=th.StringType),
        title="Extra query parameters",
        description='Sent with every list request, for language plugins: {"lang": "all"}.',
    ),
).to_dict()
