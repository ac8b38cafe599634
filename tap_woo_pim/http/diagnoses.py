"""The table of all diagnoses: why a store cannot be read, which step of the check fails, and what to do about it."""

from __future__ import annotations

from tap_woo_pim.exceptions import Diagnosis, Step

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
PROXY = Diagnosis(
    Step.ADDRESS,
    "this machine's proxy does not let requests through to it",
    "Check the proxy address in HTTPS_PROXY and HTTP_PROXY, or list the store in NO_PROXY",
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
    "it redirects to another host, {target}, which must not get the key",
    "If that host is the store, set site_url to it",
    setting="site_url",
)
BAD_REDIRECT = Diagnosis(
    Step.ADDRESS,
    "it redirects to a wrong address, {target}",
    "Correct that redirect in the store's web server or plugins",
    setting="site_url",
)
DOWNGRADE = Diagnosis(
    Step.ADDRESS,
    "it redirects from https to plain http, {target}",
    "Serve the store over https. If it has no https at all, set site_url to that address",
    setting="site_url",
)
CIRCLE = Diagnosis(
    Step.ADDRESS,
    "it redirects in a circle, last to {target}",
    "Set site_url to the address where a browser ends up. If it is that one already, the web server and WordPress"
    " disagree about https: tell WordPress about its reverse proxy",
    setting="site_url",
)

EXPIRED = Diagnosis(
    Step.TLS,
    "its TLS certificate has expired",
    "Renew the store's certificate",
    setting="site_url",
)
NOT_YET_VALID = Diagnosis(
    Step.TLS,
    "its TLS certificate is not valid yet",
    "Check this machine's clock, and the store's certificate",
)
SELF_SIGNED = Diagnosis(
    Step.TLS,
    "its TLS certificate is self-signed",
    "Give the store a certificate from a public authority, or set ca_bundle to a file with this certificate",
    setting="site_url",
)
UNKNOWN_AUTHORITY = Diagnosis(
    Step.TLS,
    "its TLS certificate is from an authority that this machine does not trust",
    "Let the store send its whole certificate chain, or set ca_bundle to a file with the authority's certificate",
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
    "it speaks plain http where https was expected",
    "Serve the store over https, or set site_url to http://, which works with auth_method auto or oauth1",
    setting="site_url",
)
BAD_CA_FILE = Diagnosis(
    Step.TLS,
    "the file of trusted certificate authorities cannot be read",
    "Name a PEM file in ca_bundle, or in REQUESTS_CA_BUNDLE if ca_bundle is not set",
    setting="ca_bundle",
)
TLS_FAILED = Diagnosis(
    Step.TLS,
    "no secure connection could be established",
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
    "a firewall or bot protection answers instead of the store (status {status})",
    "Allow this machine's address, or the user agent tap-woo-pim, on /wp-json/ there",
)
MAINTENANCE = Diagnosis(
    Step.WORDPRESS, "the store is in maintenance mode", "Try again when it is over, usually within minutes"
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
    Step.REST_API, "it shows a login page instead of data", "Exempt /wp-json/ in the plugin that makes the site private"
)
SERVER_ERROR = Diagnosis(
    Step.WORDPRESS,
    "it answered with server error {status}",
    "Try later. If it persists, look into the store's error log",
)
TOO_OFTEN = Diagnosis(
    Step.ADDRESS,
    "its failures took more than {minutes:g} minutes in all; the last one: {what}",
    "What was synced is kept. Try later, or raise retry_budget_seconds",
)
TOO_MANY_REQUESTS = Diagnosis(
    Step.WORDPRESS,
    "it limits the number of requests (status 429)",
    "Lower max_concurrency, or ask its host to allow this machine more requests",
)

PLAIN_PERMALINKS = Diagnosis(
    Step.REST_API,
    "its permalinks are set to Plain, and WooCommerce then accepts no keys",
    "Choose any other structure in WordPress > Settings > Permalinks, and save",
    setting="site_url",
)
REST_OFF = Diagnosis(
    Step.REST_API,
    "WordPress is there, but its REST API is not",
    "Allow /wp-json/ in the security plugin or web server that hides it, and save Settings > Permalinks once",
)
REST_BLOCKED = Diagnosis(
    Step.REST_API,
    "a plugin has switched off or restricted the REST API (status {status})",
    "Allow the REST API in that plugin, at least /wp-json/ and /wp-json/wc/",
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
    "Try later. If it persists, look for a plugin that writes into the store's responses, and into its error log",
)

NO_WOOCOMMERCE = Diagnosis(
    Step.WOOCOMMERCE,
    "WordPress is there, but WooCommerce (3.0 or newer) is not",
    "Activate the WooCommerce plugin, or check site_url",
    setting="site_url",
)

UNKNOWN_KEY = Diagnosis(
    Step.KEY,
    "the store does not know this key: it was revoked, mistyped, or made in another store",
    "Make a new key with read permission in this store, in WooCommerce > Settings > Advanced > REST API, and enter"
    " both halves",
    setting="consumer_key",
)
CUT_KEY = Diagnosis(
    Step.KEY,
    "the store does not know this key, which is incomplete: it has {length} characters instead of 43",
    "Copy consumer_key again, from ck_ to its end, or make a new key",
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
    "Make a new key and enter both halves. What was synced is kept, and the next sync continues from there",
    setting="consumer_key",
)
STRIPPED = Diagnosis(
    Step.KEY,
    "its web server removes the {carrier}, so auth_method {method} cannot work",
    "Set auth_method to auto",
    setting="auth_method",
)
HIDDEN_HTTPS = Diagnosis(
    Step.KEY,
    "WordPress believes it is served over HTTP, because its reverse proxy does not send X-Forwarded-Proto, so"
    " auth_method {method} cannot work",
    "Set auth_method to auto or oauth1, or make the proxy send X-Forwarded-Proto and WordPress honour it",
    setting="auth_method",
)
CLOCK = Diagnosis(
    Step.KEY,
    "the server's clock differs from its Date header by more than 15 minutes, so it rejects OAuth signatures",
    "Set the server's clock (NTP), and stop proxies from changing the Date header",
)
NOT_SIGNED_IN = Diagnosis(
    Step.KEY,
    "it refuses the key for a reason that it does not explain",
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
    "this key's user may not view any part of the catalogue",
    "Make a new key for a shop manager or administrator",
    setting="consumer_key",
)

NO_RIGHTS = Diagnosis(
    Step.COMPONENTS,
    "this key's user may not view this",
    "Make the key for a shop manager or administrator, or remove the component from sync_components",
    setting="sync_components",
)
NO_ROUTE = Diagnosis(
    Step.COMPONENTS,
    "the store has no such route",
    "Update WooCommerce, or remove the component from sync_components",
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
ENDLESS = Diagnosis(
    Step.COMPONENTS,
    "its pages do not fit together, or never end, as with a cache that ignores the query",
    "Exclude /wp-json/ from the store's caches",
)
UNREAD = Diagnosis(
    Step.COMPONENTS,
    "{count} rows could not be read; they are named in unread_rows",
    "Mend them in the store, or turn fail_on_unread off",
    setting="fail_on_unread",
)


PASSING = frozenset({HOST_NOT_FOUND, REFUSED, TIMED_OUT, PROXY, BROKEN_OFF, HTTPS_NEEDED})
"""No response came. A running sync tries again."""

NOWHERE = PASSING - {TIMED_OUT, BROKEN_OFF}
"""No request reaches the store, however small."""

LASTING = PASSING - {BROKEN_OFF} | {MAINTENANCE, FIREWALL, LOGIN_PAGE, NO_DATA}
"""The check reports these at once and does not try again."""
