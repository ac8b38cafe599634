"""Settings that are wrong, so that nobody is asked."""

from __future__ import annotations

from tests.support.connection_cases.case import Cases, Config, SetUp
from tests.support.stage import Stage

case = Cases()


@case(
    "settings missing",
    "store ({url}), settings: consumer_key and consumer_secret are missing. Enter the store's address, key and secret.",
)
def missing(stage: Stage) -> Config:
    config = stage.config(stage.serve())
    return config | {"consumer_key": "", "consumer_secret": None}


@case(
    "key in the address",
    "store, settings: site_url contains a key. Enter only the address; key and secret have their own settings.",
)
def key_in_address(stage: Stage) -> Config:
    config = stage.config(stage.serve())
    query = f"consumer_key={config['consumer_key']}&consumer_secret={config['consumer_secret']}"
    return config | {"site_url": f"{config['site_url']}/wp-json/wc/v3/products?{query}"}


@case(
    "not an address",
    "store, settings: site_url is not a web address. Give it as https://store.example.",
)
def no_address(stage: Stage) -> Config:
    return stage.config(stage.serve(), site_url="my store")


@case(
    "host name with an empty part", "store, settings: site_url is not a web address. Give it as https://store.example."
)
def empty_label(stage: Stage) -> Config:
    return stage.config(stage.serve(), site_url="https://store..example")


def _user_agent(user_agent: str) -> SetUp:
    return lambda stage: stage.config(stage.serve(), user_agent=user_agent)


for number, user_agent in enumerate(("Store \N{EURO SIGN}", "Store\nX-Other: 1"), 1):
    case(
        f"user agent that is no header, {number}",
        "store ({url}), settings: user_agent contains characters that a header cannot carry. Use letters without"
        " accents, digits and plain signs.",
    )(_user_agent(user_agent))


@case(
    "secret among the parameters",
    "store ({url}), settings: extra_query_parameters contains a key. Remove it; key and secret have their own"
    " settings.",
)
def secret_parameter(stage: Stage) -> Config:
    config = stage.config(stage.serve(tls=False))
    return config | {"extra_query_parameters": {"consumer_secret": config["consumer_secret"]}}


@case(
    "user name in place of the key",
    "store ({url}), settings: consumer_key is not a WooCommerce consumer key. It starts with ck_; make one in"
    " WooCommerce > Settings > Advanced > REST API. With a user name, consumer_secret must be an application"
    " password, 24 letters and digits.",
)
def user_name(stage: Stage) -> Config:
    return stage.config(stage.serve(), consumer_key="shopkeeper", consumer_secret="a long pass word")


@case(
    "secret of another kind",
    "store ({url}), settings: consumer_secret is not a WooCommerce consumer secret. It starts with cs_ and is shown"
    " once, when the key is made.",
)
def other_secret(stage: Stage) -> Config:
    return stage.config(stage.serve(), consumer_secret="a long pass word")


@case(
    "setting that is none of its values",
    'store ({url}), settings: auth_method is "Basic". Give one of auto, basic, oauth1, query.',
)
def other_value(stage: Stage) -> Config:
    return stage.config(stage.serve(), auth_method="Basic")


@case(
    "setting of the wrong kind",
    'store ({url}), settings: page_size is "many". Give a whole number from 1 to 100.',
)
def wrong_kind(stage: Stage) -> Config:
    return stage.config(stage.serve(), page_size="many")


@case("secret of the wrong kind", "store ({url}), settings: consumer_secret has the wrong type. Give a text.")
def secret_as_list(stage: Stage) -> Config:
    config = stage.config(stage.serve())
    return config | {"consumer_secret": [config["consumer_secret"]]}


@case(
    "user of the web server without a password",
    "store ({url}), settings: http_user is set without http_password. Enter both, or neither.",
)
def http_user_alone(stage: Stage) -> Config:
    return stage.config(stage.serve(), http_user="staging")


@case(
    "password of the web server over plain http",
    "store ({url}), settings: http_password would travel unprotected over plain http. Set site_url to https://.",
)
def http_password_over_http(stage: Stage) -> Config:
    return stage.config(stage.serve(tls=False), http_user="staging", http_password="letmein")


@case(
    "password of the web server and auth_method basic",
    "store ({url}), settings: auth_method basic and http_user both need the Authorization header. Set auth_method to"
    " auto, query or oauth1.",
)
def http_password_with_basic(stage: Stage) -> Config:
    return stage.config(
        stage.serve(),
        http_user="staging",
        http_password="letmein",
        auth_method="basic",
    )


PASSWORD = "abcd EFGH ijkl 1234 qrst uvwx"


@case(
    "application password over plain http",
    "store ({url}), settings: an application password would travel unprotected over plain http. Set site_url to"
    " https://, or enter a consumer key and secret, which work with auth_method oauth1.",
)
def application_password_over_http(stage: Stage) -> Config:
    return stage.config(stage.serve(tls=False), consumer_key="anna", consumer_secret=PASSWORD)


@case(
    "application password behind the web server's password",
    "store ({url}), settings: an application password and http_user both need the Authorization header. Enter a"
    " consumer key and secret instead of the application password.",
)
def application_password_with_http_user(stage: Stage) -> Config:
    return stage.config(
        stage.serve(),
        consumer_key="anna",
        consumer_secret=PASSWORD,
        http_user="staging",
        http_password="letmein",
    )
