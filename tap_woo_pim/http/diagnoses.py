"""Every cause for which a store cannot be read, with the step of the check that it fails and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """The steps of the check, in their order."""

    SETTINGS = "settings valid"
    ADDRESS = "address reachable"
    TLS = "TLS certificate trusted"
    WORDPRESS = "WordPress there"
    REST_API = "REST API there"
    WOOCOMMERCE = "WooCommerce there"
    KEY = "key recognised"
    SECRET = "secret right"  # noqa: S105 - the name of a step
    READ = "key may read"
    COMPONENTS = "components readable"
    FOUND = "store found"


@dataclass(frozen=True)
class Diagnosis:
    """Why a store cannot be read.

    Attributes:
        step: the step of the check that fails.
        what: what happened, as the end of a sentence that names the store. {} are details.
        remedy: what to do, as a sentence without its full stop.
        setting: the setting that it is about; None where it is about none.
    """

    step: Step
    what: str
    remedy: str
    setting: str | None = None

    def sentence(self, **details: object) -> str:
        """Put both into words."""
        return f"{self.what}. {self.remedy}.".format(**details)


HOST_NOT_FOUND = Diagnosis(
    Step.ADDRESS,
    "its host name was not found",
    "Check the spelling of site_url",
    setting="site_url",
)
REFUSED = Diagnosis(
    Step.ADDRESS,
    "nothing answers at this address, the connection was refused",
    "Check site_url, and that the store is up. A store without https needs http:// in site_url",
    setting="site_url",
)
TIMED_OUT = Diagnosis(
    Step.ADDRESS,
    "it did not answer within {seconds:g} s",
    "Check site_url and the network, try later, or raise request_timeout_seconds",
    setting="site_url",
)
UNREACHABLE = Diagnosis(
    Step.ADDRESS,
    "no network leads to it",
    "Check the network of this machine, and site_url",
    setting="site_url",
)
PROXY = Diagnosis(
    Step.ADDRESS,
    "the proxy of this machine does not let it be reached",
    "Check the proxy's address in HTTPS_PROXY and HTTP_PROXY, or name the store in NO_PROXY",
)
BROKEN_OFF = Diagnosis(
    Step.ADDRESS,
    "the connection broke off",
    "Check the network, and that the store is up",
    setting="site_url",
)
HTTPS_NEEDED = Diagnosis(
    Step.ADDRESS,
    "it does not answer over plain http, only over https",
    "Set site_url to https:// instead of http://",
    setting="site_url",
)
OTHER_HOST = Diagnosis(
    Step.ADDRESS,
    "it sends on to another host, {target}, which does not get the key",
    "If that is the store, set site_url to it",
    setting="site_url",
)
BAD_REDIRECT = Diagnosis(
    Step.ADDRESS,
    "it sends on to an odd address at {target}, with a user name in it or none at all",
    "Correct that redirect in the store's web server or plugins",
    setting="site_url",
)
DOWNGRADE = Diagnosis(
    Step.ADDRESS,
    "it sends on from https to plain http, {target}",
    "Let the store answer over https. If it has no https at all, set site_url to that address",
    setting="site_url",
)
OTHER_DATA = Diagnosis(
    Step.ADDRESS,
    "it sends on to other data than was asked for, at {target}",
    "Correct that redirect in the store's web server or plugins",
    setting="site_url",
)
CIRCLE = Diagnosis(
    Step.ADDRESS,
    "it redirects in a circle, at last to {target}",
    "Set site_url to the address at which a browser ends. If it is that one, the store's server and WordPress disagree"
    " on https: tell WordPress of its proxy",
    setting="site_url",
)

EXPIRED = Diagnosis(
    Step.TLS,
    "its TLS certificate has expired",
    "Renew the certificate of the store",
    setting="site_url",
)
NOT_YET_VALID = Diagnosis(
    Step.TLS,
    "its TLS certificate is not valid yet",
    "Check the clock of this machine, and the certificate of the store",
)
SELF_SIGNED = Diagnosis(
    Step.TLS,
    "its TLS certificate is self-signed",
    "Give the store a certificate of a public authority, or set ca_bundle to a file with this certificate",
    setting="site_url",
)
UNKNOWN_AUTHORITY = Diagnosis(
    Step.TLS,
    "its TLS certificate is of an authority that this machine does not trust",
    "Send the whole chain from the store, or set ca_bundle to a file with the authority's certificate",
    setting="site_url",
)
WRONG_NAME = Diagnosis(
    Step.TLS,
    "its TLS certificate is for another host name",
    "Set site_url to the name in the certificate, or give the store a certificate for this one",
    setting="site_url",
)
NO_TLS = Diagnosis(
    Step.TLS,
    "it speaks plain http where https was asked for",
    "Let the store answer over https, or set site_url to http://, which works with auth_method auto or oauth1",
    setting="site_url",
)
BAD_CA_FILE = Diagnosis(
    Step.TLS,
    "the file of certificate authorities to check its certificate against cannot be read",
    "Name a PEM file in ca_bundle, or in REQUESTS_CA_BUNDLE where ca_bundle is not set",
    setting="ca_bundle",
)
TLS_FAILED = Diagnosis(
    Step.TLS,
    "no secure connection could be agreed on",
    "Let the store's server offer TLS 1.2 or newer, and check site_url",
    setting="site_url",
)

NOT_WORDPRESS = Diagnosis(
    Step.WORDPRESS,
    "there is no WordPress at this address",
    "Check site_url. If WordPress lives in a sub-folder, add the folder",
    setting="site_url",
)
FIREWALL = Diagnosis(
    Step.WORDPRESS,
    "a firewall or bot protection answers in the store's place (status {status})",
    "Allow this machine's address, or the user agent tap-woo-pim, on /wp-json/ there",
)
MAINTENANCE = Diagnosis(
    Step.WORDPRESS, "the store is in maintenance mode", "Try again when its maintenance is over, usually in minutes"
)
SITE_PASSWORD = Diagnosis(
    Step.WORDPRESS,
    "its web server asks for a password of its own, as staging stores do",
    "Enter that user name and password as http_user and http_password, or take the protection off /wp-json/",
    setting="http_user",
)
WRONG_SITE_PASSWORD = Diagnosis(
    Step.WORDPRESS,
    "its web server does not accept http_user and http_password",
    "Enter the user name and password with which a browser opens the store",
    setting="http_password",
)
LOGIN_PAGE = Diagnosis(
    Step.REST_API, "it asks for a log-in in a browser", "Except /wp-json/ in the plugin that makes the store private"
)
SERVER_ERROR = Diagnosis(
    Step.WORDPRESS,
    "it answered with the server error {status}",
    "Try later. If it lasts, look into the store's error log",
)
TOO_OFTEN = Diagnosis(
    Step.ADDRESS,
    "it failed again and again, for {minutes:g} minutes in all; at last {what}",
    "What was read is kept. Try later, or raise retry_budget_seconds",
)
TOO_MANY_REQUESTS = Diagnosis(
    Step.WORDPRESS,
    "it limits the number of requests (status 429)",
    "Lower max_concurrency, or let its host allow this machine more",
)

PLAIN_PERMALINKS = Diagnosis(
    Step.REST_API,
    "its permalinks are plain, with which WooCommerce takes no keys",
    "Choose any other structure in WordPress > Settings > Permalinks and save",
    setting="site_url",
)
REST_OFF = Diagnosis(
    Step.REST_API,
    "WordPress is there, its REST API is not",
    "Allow /wp-json/ in the security plugin or the web server that hides it, and save Settings > Permalinks once",
)
REST_BLOCKED = Diagnosis(
    Step.REST_API,
    "a plugin has switched the REST API off or closed it (status {status})",
    "Allow the REST API, at least /wp-json/ and /wp-json/wc/, in that plugin",
)
NO_DATA = Diagnosis(
    Step.REST_API,
    "it answers with a web page instead of data",
    "Check site_url, and exclude /wp-json/ from caches and page builders",
    setting="site_url",
)

BAD_BODY = Diagnosis(
    Step.REST_API,
    "it {problem}",
    "Try later. If it lasts, look for a plugin that writes into the store's answers, and into its error log",
)

NO_WOOCOMMERCE = Diagnosis(
    Step.WOOCOMMERCE,
    "WordPress is there, WooCommerce (3.0 or newer) is not",
    "Activate the WooCommerce plugin, or check site_url",
    setting="site_url",
)

UNKNOWN_KEY = Diagnosis(
    Step.KEY,
    "the store does not know this key: it was revoked, mistyped, or made in another store",
    "Make a new key with read permission in this store, in WooCommerce > Settings > Advanced > REST API,"
    " and enter both its halves",
    setting="consumer_key",
)
CUT_KEY = Diagnosis(
    Step.KEY,
    "the store does not know this key, which is not whole: it has {length} characters instead of 43",
    "Copy consumer_key again, from ck_ to its end, or make a new key",
    setting="consumer_key",
)
FOREIGN_KEY = Diagnosis(
    Step.KEY,
    "the store does not know this key, which is another store's: it is entered as {variable} too",
    "Enter the key and the secret that were made in this store",
    setting="consumer_key",
)
UNKNOWN_USER = Diagnosis(
    Step.KEY,
    "the store has no user of this name",
    "With an application password, enter the WordPress user name as consumer_key",
    setting="consumer_key",
)
NO_APPLICATION_PASSWORDS = Diagnosis(
    Step.KEY,
    "application passwords are switched off in this store",
    "Allow them in its security plugin, or enter a consumer key and secret instead",
    setting="consumer_secret",
)
LOST_PASSWORD = Diagnosis(
    Step.KEY,
    "the store does not recognise the application password",
    "Check it. If it is right, let the web server pass the Authorization header on to PHP, or enter a consumer key and"
    " secret instead",
    setting="consumer_secret",
)
REVOKED = Diagnosis(
    Step.KEY,
    "the key was revoked while it was in use",
    "Make a new key and enter both its halves. What was read is kept, and the next run goes on from there",
    setting="consumer_key",
)
STRIPPED_HEADER = Diagnosis(
    Step.KEY,
    "its web server takes the Authorization header away, so auth_method basic cannot work",
    "Set auth_method to query or auto",
    setting="auth_method",
)
HIDDEN_HTTPS = Diagnosis(
    Step.KEY,
    "WordPress takes this https for plain http, since its proxy does not tell it, so auth_method {method} cannot work",
    "Set auth_method to auto or oauth1, or let the proxy send X-Forwarded-Proto and WordPress heed it",
    setting="auth_method",
)
LOST_QUERY = Diagnosis(
    Step.KEY,
    "it does not see the key in the query, so auth_method query cannot work",
    "Set auth_method to basic or auto",
    setting="auth_method",
)
CLOCK = Diagnosis(
    Step.KEY,
    "its clock is more than 15 minutes off from what it tells, so it takes no OAuth signature",
    "Set the clock of the store's server (NTP), and stop proxies from changing the Date header",
)
NOT_SIGNED_IN = Diagnosis(
    Step.KEY,
    "it refuses the key in a way of its own",
    "Check consumer_key and consumer_secret, and the security plugins of the store",
    setting="consumer_key",
)

WRONG_SECRET = Diagnosis(
    Step.SECRET,
    "the secret does not belong to this key",
    "Enter the consumer_secret that was shown when this key was made. If it is lost, make a new key",
    setting="consumer_secret",
)

WRONG_PASSWORD = Diagnosis(
    Step.SECRET,
    "the application password does not belong to this user, or was revoked",
    "Make a new one in WordPress > Users > Profile > Application Passwords, and enter it as consumer_secret",
    setting="consumer_secret",
)

WRITE_ONLY = Diagnosis(
    Step.READ,
    "the key may only write",
    "Set its permissions to Read in WooCommerce > Settings > Advanced > REST API",
    setting="consumer_key",
)
NO_RIGHTS_AT_ALL = Diagnosis(
    Step.READ,
    "the user of this key may view no part of the catalogue",
    "Make a new key for a user who is shop manager or administrator",
    setting="consumer_key",
)

NO_RIGHTS = Diagnosis(
    Step.COMPONENTS,
    "the user of this key may not view this",
    "Make the key for a shop manager or administrator, or leave it out of sync_components",
    setting="sync_components",
)
NO_ROUTE = Diagnosis(
    Step.COMPONENTS,
    "the store has no such route",
    "Update WooCommerce, or leave the component out of sync_components",
    setting="sync_components",
)
BAD_PARAMETERS = Diagnosis(
    Step.COMPONENTS,
    "the store refuses {parameters}",
    "Correct it in extra_query_parameters, or take it out",
    setting="extra_query_parameters",
)
ODD_STATUS = Diagnosis(
    Step.COMPONENTS, "it answered with HTTP status {status}", "Check site_url and the store's plugins"
)


PASSING = frozenset({HOST_NOT_FOUND, REFUSED, TIMED_OUT, UNREACHABLE, PROXY, BROKEN_OFF, HTTPS_NEEDED})
"""Causes for which no answer came, and which may be over when a running sync asks again."""

NOWHERE = PASSING - {TIMED_OUT, BROKEN_OFF}
"""Causes for which no request arrives at the store, however small."""

LASTING = PASSING - {BROKEN_OFF} | {MAINTENANCE, FIREWALL, LOGIN_PAGE, NO_DATA}
"""Causes that are told at once, and not tried again, when they meet the first look at a store."""
