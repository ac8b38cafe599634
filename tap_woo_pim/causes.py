"""Every cause for which a shop cannot be read, with the step of the check that it fails and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """The steps of the check, in their order."""

    ADDRESS = "address reachable"
    TLS = "TLS certificate trusted"
    WORDPRESS = "WordPress there"
    REST_API = "REST API there"
    WOOCOMMERCE = "WooCommerce there"
    KEY = "key recognised"
    SECRET = "secret right"  # noqa: S105 - the name of a step
    READ = "key may read"
    COMPONENTS = "components readable"


@dataclass(frozen=True)
class Cause:
    """Why a shop cannot be read.

    Attributes:
        step: the step of the check that fails.
        what: what happened, as the end of a sentence that names the shop. {} are details.
        remedy: what to do, as a sentence without its full stop.
    """

    step: Step
    what: str
    remedy: str

    def sentence(self, **details: object) -> str:
        """Put both into words."""
        return f"{self.what}. {self.remedy}.".format(**details)


HOST_NOT_FOUND = Cause(Step.ADDRESS, "its host name was not found", "Check the spelling of site_url")
REFUSED = Cause(
    Step.ADDRESS,
    "nothing answers at this address, the connection was refused",
    "Check site_url, and that the shop is up. A shop without https needs http:// in site_url",
)
TIMED_OUT = Cause(
    Step.ADDRESS,
    "it did not answer within {seconds:g} s",
    "Check site_url and the network, try later, or raise request_timeout_seconds",
)
UNREACHABLE = Cause(Step.ADDRESS, "no network leads to it", "Check the network of this machine, and site_url")
PROXY = Cause(
    Step.ADDRESS,
    "the proxy of this machine does not let it be reached",
    "Check the proxy's address in HTTPS_PROXY and HTTP_PROXY, or name the shop in NO_PROXY",
)
BROKEN_OFF = Cause(Step.ADDRESS, "the connection broke off", "Check the network, and that the shop is up")
HTTPS_NEEDED = Cause(
    Step.ADDRESS, "it does not answer over plain http, only over https", "Set site_url to https:// instead of http://"
)
OTHER_HOST = Cause(
    Step.ADDRESS,
    "it sends on to another host, {target}, which does not get the key",
    "If that is the shop, set site_url to it",
)
BAD_REDIRECT = Cause(
    Step.ADDRESS,
    "it sends on to an odd address at {target}, with a user name in it or none at all",
    "Correct that redirect in the shop's web server or plugins",
)
DOWNGRADE = Cause(
    Step.ADDRESS,
    "it sends on from https to plain http, {target}",
    "Let the shop answer over https. If it has no https at all, set site_url to that address",
)
OTHER_DATA = Cause(
    Step.ADDRESS,
    "it sends on to other data than was asked for, at {target}",
    "Correct that redirect in the shop's web server or plugins",
)
CIRCLE = Cause(
    Step.ADDRESS,
    "it redirects in a circle, at last to {target}",
    "Set site_url to the address at which a browser ends. If it is that one, the shop's server and WordPress disagree"
    " on https: tell WordPress of its proxy",
)

EXPIRED = Cause(Step.TLS, "its TLS certificate has expired", "Renew the certificate of the shop")
NOT_YET_VALID = Cause(
    Step.TLS, "its TLS certificate is not valid yet", "Check the clock of this machine, and the certificate of the shop"
)
SELF_SIGNED = Cause(
    Step.TLS,
    "its TLS certificate is self-signed",
    "Give the shop a certificate of a public authority, or set ca_bundle to a file with this certificate",
)
UNKNOWN_AUTHORITY = Cause(
    Step.TLS,
    "its TLS certificate is of an authority that this machine does not trust",
    "Send the whole chain from the shop, or set ca_bundle to a file with the authority's certificate",
)
WRONG_NAME = Cause(
    Step.TLS,
    "its TLS certificate is for another host name",
    "Set site_url to the name in the certificate, or give the shop a certificate for this one",
)
NO_TLS = Cause(
    Step.TLS,
    "it speaks plain http where https was asked for",
    "Let the shop answer over https, or set site_url to http://, which works with auth_method auto or oauth1",
)
BAD_CA_FILE = Cause(
    Step.TLS,
    "the file of certificate authorities to check its certificate against cannot be read",
    "Name a PEM file in ca_bundle, or in REQUESTS_CA_BUNDLE where ca_bundle is not set",
)
TLS_FAILED = Cause(
    Step.TLS,
    "no secure connection could be agreed on",
    "Let the shop's server offer TLS 1.2 or newer, and check site_url",
)

NOT_WORDPRESS = Cause(
    Step.WORDPRESS,
    "there is no WordPress at this address",
    "Check site_url. If WordPress lives in a sub-folder, add the folder",
)
FIREWALL = Cause(
    Step.WORDPRESS,
    "a firewall or bot protection answers in the shop's place (status {status})",
    "Allow this machine's address, or the user agent tap-woo-pim, on /wp-json/ there",
)
MAINTENANCE = Cause(
    Step.WORDPRESS, "the shop is in maintenance mode", "Try again when its maintenance is over, usually in minutes"
)
SITE_PASSWORD = Cause(
    Step.WORDPRESS,
    "its web server asks for a password of its own, as test shops do",
    "Take that protection off /wp-json/",
)
LOGIN_PAGE = Cause(
    Step.REST_API, "it asks for a log-in in a browser", "Except /wp-json/ in the plugin that makes the shop private"
)
SERVER_ERROR = Cause(
    Step.WORDPRESS,
    "it answered with the server error {status}",
    "Try later. If it lasts, look into the shop's error log",
)
TOO_OFTEN = Cause(
    Step.ADDRESS,
    "it failed again and again, for {minutes:g} minutes in all; at last {what}",
    "What was read is kept. Try later, or raise retry_budget_seconds",
)
TOO_MANY_REQUESTS = Cause(
    Step.WORDPRESS,
    "it limits the number of requests (status 429)",
    "Lower max_concurrency, or let its host allow this machine more",
)

PLAIN_PERMALINKS = Cause(
    Step.REST_API,
    "its permalinks are plain, with which WooCommerce takes no keys",
    "Choose any other structure in WordPress > Settings > Permalinks and save",
)
REST_OFF = Cause(
    Step.REST_API,
    "WordPress is there, its REST API is not",
    "Allow /wp-json/ in the security plugin or the web server that hides it, and save Settings > Permalinks once",
)
REST_BLOCKED = Cause(
    Step.REST_API,
    "a plugin has switched the REST API off or closed it (status {status})",
    "Allow the REST API, at least /wp-json/ and /wp-json/wc/, in that plugin",
)
NO_DATA = Cause(
    Step.REST_API,
    "it answers with a web page instead of data",
    "Check site_url, and exclude /wp-json/ from caches and page builders",
)

BAD_BODY = Cause(
    Step.REST_API,
    "it {problem}",
    "Try later. If it lasts, look for a plugin that writes into the shop's answers, and into its error log",
)

NO_WOOCOMMERCE = Cause(
    Step.WOOCOMMERCE,
    "WordPress is there, WooCommerce (3.0 or newer) is not",
    "Activate the WooCommerce plugin, or check site_url",
)

UNKNOWN_KEY = Cause(
    Step.KEY,
    "the shop does not know this key: it was revoked, mistyped, or made in another shop",
    "Make a new key with read permission in this shop, in WooCommerce > Settings > Advanced > REST API,"
    " and enter both its halves",
)
CUT_KEY = Cause(
    Step.KEY,
    "the shop does not know this key, which is not whole: it has {length} characters instead of 43",
    "Copy consumer_key again, from ck_ to its end, or make a new key",
)
FOREIGN_KEY = Cause(
    Step.KEY,
    "the shop does not know this key, which is another shop's: it is entered as {variable} too",
    "Enter the key and the secret that were made in this shop",
)
REVOKED = Cause(
    Step.KEY,
    "the key was revoked while it was in use",
    "Make a new key and enter both its halves. What was read is kept, and the next run goes on from there",
)
STRIPPED_HEADER = Cause(
    Step.KEY,
    "its web server takes the Authorization header away, so auth_method basic cannot work",
    "Set auth_method to query or auto",
)
HIDDEN_HTTPS = Cause(
    Step.KEY,
    "WordPress takes this https for plain http, since its proxy does not tell it, so auth_method {method} cannot work",
    "Set auth_method to auto or oauth1, or let the proxy send X-Forwarded-Proto and WordPress heed it",
)
LOST_QUERY = Cause(
    Step.KEY,
    "it does not see the key in the query, so auth_method query cannot work",
    "Set auth_method to basic or auto",
)
CLOCK = Cause(
    Step.KEY,
    "its clock is more than 15 minutes off from what it tells, so it takes no OAuth signature",
    "Set the clock of the shop's server (NTP), and stop proxies from changing the Date header",
)
NOT_SIGNED_IN = Cause(
    Step.KEY,
    "it refuses the key in a way of its own",
    "Check consumer_key and consumer_secret, and the security plugins of the shop",
)

WRONG_SECRET = Cause(
    Step.SECRET,
    "the secret does not belong to this key",
    "Enter the consumer_secret that was shown when this key was made. If it is lost, make a new key",
)

WRITE_ONLY = Cause(
    Step.READ,
    "the key may only write",
    "Set its permissions to Read in WooCommerce > Settings > Advanced > REST API",
)
NO_RIGHTS_AT_ALL = Cause(
    Step.READ,
    "the user of this key may view no part of the catalogue",
    "Make a new key for a user who is shop manager or administrator",
)

NO_RIGHTS = Cause(
    Step.COMPONENTS,
    "the user of this key may not view this",
    "Make the key for a shop manager or administrator, or leave it out of sync_components",
)
NO_ROUTE = Cause(
    Step.COMPONENTS, "the shop has no such route", "Update WooCommerce, or leave the component out of sync_components"
)
BAD_PARAMETERS = Cause(
    Step.COMPONENTS, "the shop did not accept the request's parameters", "Check extra_query_parameters"
)
ODD_STATUS = Cause(Step.COMPONENTS, "it answered with HTTP status {status}", "Check site_url and the shop's plugins")


PASSING = frozenset({HOST_NOT_FOUND, REFUSED, TIMED_OUT, UNREACHABLE, PROXY, BROKEN_OFF, HTTPS_NEEDED})
"""Causes for which no answer came, and which may be over when a running sync asks again."""

NOWHERE = PASSING - {TIMED_OUT, BROKEN_OFF}
"""Causes for which no request arrives at the shop, however small."""

LASTING = PASSING - {BROKEN_OFF} | {MAINTENANCE, FIREWALL, LOGIN_PAGE, NO_DATA}
"""Causes that are told at once, and not tried again, when they meet the first look at a shop."""
