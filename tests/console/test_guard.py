"""Who gets in, and what a forged or foreign request can do: nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from pimctl.console.users import Users
from pimctl.errors import PimctlError
from tests.support.console import Running, new_project, runnable, start_console

PASSWORD = "correct horse battery"


def token_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A console with a manager and a viewer."""
    with new_project(tmp_path_factory.mktemp("guarded")) as project:
        users = Users(project.root / ".pimctl")
        users.add("mia", "manager", PASSWORD)
        users.add("vic", "viewer", PASSWORD)
        with start_console(project.root) as running:
            yield running


def log_in(running: Running, name: str, password: str = PASSWORD) -> requests.Session:
    client = requests.Session()
    headers = {"Origin": running.address}
    client.post(f"{running.address}/login", {"name": name, "password": password}, headers=headers)
    return client


def test_one_time_token_lets_one_browser_in_and_is_then_replaced(console: Running) -> None:
    used = console.link
    assert console.enter().get(f"{console.address}/products").url == f"{console.address}/products"
    assert requests.get(used).status_code == 403
    assert console.link != used
    assert console.enter().get(f"{console.address}/health").status_code == 200


def test_nothing_is_shown_without_a_session(console: Running) -> None:
    for path in (
        "/",
        "/products",
        "/products.csv",
        "/product?sku=MUG-1",
        "/health",
        "/health/findings.csv",
        "/account",
    ):
        answer = requests.get(console.address + path, allow_redirects=False)
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/login")
        assert answer.text == ""


def test_foreign_hosts_are_refused(console: Running, client: requests.Session) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "pim.example:80", ""):
        assert client.get(f"{console.address}/products", headers={"Host": host}).status_code == 400, host


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
def test_forms_from_other_origins_are_refused(
    console: Running, client: requests.Session, headers: dict[str, str]
) -> None:
    form = {"csrf": token_of(client.get(f"{console.address}/account").text)}
    assert client.post(f"{console.address}/logout", form, headers=headers).status_code == 403
    assert client.get(f"{console.address}/account", allow_redirects=False).status_code == 200


def test_forms_without_this_sessions_token_are_refused(console: Running, client: requests.Session) -> None:
    other = token_of(console.enter().get(f"{console.address}/account").text)
    headers = {"Origin": console.address}
    for form in ({}, {"csrf": ""}, {"csrf": other}, {"csrf": "ü"}):
        assert client.post(f"{console.address}/logout", form, headers=headers).status_code == 403
    assert client.get(f"{console.address}/account", allow_redirects=False).status_code == 200


def test_pages_forbid_inline_code_and_foreign_frames(console: Running, client: requests.Session) -> None:
    answer = client.get(f"{console.address}/product", params={"sku": "MUG-1"})
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "server" not in answer.headers
    assert runnable(answer.text) == []


def test_cookie_is_for_this_server_only_and_not_for_scripts(console: Running) -> None:
    answer = requests.get(console.link, allow_redirects=False)
    console.link = console.next_line().split()[-1]
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert "token" not in answer.headers["Location"]


def test_users_log_in_with_their_own_roles(guarded: Running) -> None:
    assert "Manager" in log_in(guarded, "mia").get(f"{guarded.address}/account").text
    assert "Viewer" in log_in(guarded, "vic").get(f"{guarded.address}/account").text
    assert "/enter" not in guarded.link
    assert requests.get(f"{guarded.address}/enter?token=").status_code == 403


def test_log_in_leads_to_the_page_that_was_asked_for_but_never_elsewhere(guarded: Running) -> None:
    for asked, reached in (
        ("/products?q=a", "/products?q=a"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nX: y", "/"),
    ):
        answer = requests.post(
            f"{guarded.address}/login",
            {"name": "vic", "password": PASSWORD, "next": asked},
            headers={"Origin": guarded.address},
            allow_redirects=False,
        )
        assert (answer.status_code, answer.headers["Location"]) == (303, reached)


def test_form_of_a_session_that_ended_leads_back_to_its_page_and_says_that_it_was_lost(guarded: Running) -> None:
    page = f"{guarded.address}/stores/us/edit?from=list"
    headers = {"Origin": guarded.address, "Referer": page}
    asked = requests.post(f"{guarded.address}/stores/us/edit", {"csrf": "x"}, headers=headers)
    assert "Your session had ended, so that was not done." in asked.text
    assert 'name="next" value="/stores/us/edit?from=list"' in asked.text

    form = {"name": "mia", "password": "mistyped one", "next": "/stores/us/edit?from=list"}
    again = requests.post(f"{guarded.address}/login", form, headers=headers)
    assert 'name="next" value="/stores/us/edit?from=list"' in again.text, "a slip leads to the same page"

    out = requests.post(f"{guarded.address}/logout", {"csrf": "x"}, headers=headers)
    assert (out.url, "Your session had ended" in out.text) == (f"{guarded.address}/login", False)


def test_log_out_everywhere_ends_all_sessions_of_the_user_only(guarded: Running) -> None:
    here, there, other = log_in(guarded, "vic"), log_in(guarded, "vic"), log_in(guarded, "mia")
    form = {"csrf": token_of(here.get(f"{guarded.address}/account").text)}
    here.post(f"{guarded.address}/logout-everywhere", form, headers={"Origin": guarded.address})
    for client, status in ((here, 303), (there, 303), (other, 200)):
        assert client.get(f"{guarded.address}/account", allow_redirects=False).status_code == status


def test_users_who_are_removed_or_get_another_role_feel_it_at_once(guarded: Running) -> None:
    users = Users(guarded.root / ".pimctl")
    users.add("tim", "viewer", PASSWORD)
    client = log_in(guarded, "tim")
    assert client.get(f"{guarded.address}/account", allow_redirects=False).status_code == 200
    with client.get(f"{guarded.address}/stores-live", stream=True, timeout=5) as open_page:
        lines = open_page.iter_lines()
        assert next(line for line in lines if line) == b"retry: 2000"
        users.remove("tim")
        assert b"event: go" not in list(lines), "it ends, and shows nothing more"
    assert client.get(f"{guarded.address}/account", allow_redirects=False).status_code == 303
    users.add("tim", "manager", PASSWORD)
    assert client.get(f"{guarded.address}/account", allow_redirects=False).status_code == 303


def test_guessing_passwords_gets_slower(guarded: Running) -> None:
    answers = [
        requests.post(
            f"{guarded.address}/login",
            {"name": f"nobody {n}", "password": "guess"},
            headers={"Origin": guarded.address},
        )
        for n in range(5)
    ]
    assert [answer.status_code for answer in answers][:3] == [403, 403, 403]
    assert 429 in {answer.status_code for answer in answers}
    wait = max(int(answer.headers.get("Retry-After", 0)) for answer in answers)
    assert wait >= 1
    deadline = time.monotonic() + 20
    while "Viewer" not in log_in(guarded, "vic").get(f"{guarded.address}/account").text:  # the wait ends by itself
        assert time.monotonic() < deadline


def test_passwords_are_kept_as_argon2_digests_in_a_file_of_the_owner(guarded: Running) -> None:
    file = guarded.root / ".pimctl" / "users.json"
    text = file.read_text(encoding="utf-8")
    assert "$argon2id$" in text
    assert PASSWORD not in text
    assert file.stat().st_mode & 0o077 == 0


def test_bad_users_are_refused_and_change_nothing(tmp_path: Path) -> None:
    users = Users(tmp_path)
    for name, role, password in (("", "viewer", PASSWORD), ("a", "king", PASSWORD), ("a", "viewer", "short")):
        with pytest.raises(PimctlError):
            users.add(name, role, password)
    assert users.all() == {}


def test_other_addresses_need_users_and_tls() -> None:
    from pimctl.console.server import Place  # noqa: PLC0415  the server's libraries

    class Some(Users):
        def __init__(self, number: int) -> None:
            self.number = number

        def all(self) -> dict:  # type: ignore[type-arg]
            return dict.fromkeys(range(self.number))

    with pytest.raises(PimctlError, match="users add"):
        Place(host="0.0.0.0").check(Some(0))
    with pytest.raises(PimctlError, match="passwords unencrypted"):
        Place(host="0.0.0.0").check(Some(1))
    with pytest.raises(PimctlError, match="cannot be used: No such file or directory"):
        Place(certificate=Path("/nowhere.pem"), private_key=Path("/nowhere.pem")).check(Some(0))
    with pytest.raises(PimctlError, match="two PEM files"):
        Place(certificate=Path(__file__), private_key=Path(__file__)).check(Some(0))
    with pytest.raises(PimctlError, match="--name"):
        Place(host="0.0.0.0", is_proxied=True).check(Some(1))
    Place(host="0.0.0.0", is_proxied=True, names=("pim.example",)).check(Some(1))
    Place().check(Some(0))
