"""``pimctl stores ...`` over a real sample store: what it shows and writes, and that what fails changes nothing."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo_store import Server, Store, serve
from pimctl import cli
from pimctl.lock import exclusive
from pimctl.project import Project
from pimctl.stores import operations, progress, registry
from pimctl.stores.operations import Draft
from pimctl.stores.store import BY_NAME, Credentials
from tests.pimctl.conftest import CHECKOUT
from tests.pimctl.stores.conftest import MELTANO

Run = Callable[..., tuple[int, str, str]]
NO_DATABASE = "postgresql://nobody@localhost:1/none"
LIST = """\
store   address                     components        schedule
────────────────────────────────────────────────────────────────────────
eu      http://localhost:{port}      tags              0 3 * * *
us      https://us.example/a/shop   all but reviews   -
all     https://all.example         all               -
idle    https://idle.example        tags, brands      -           paused
few     https://few.example         all but reviews   -           no key
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(Store.recorded("9.9.5"), tls=False) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in [name for name in os.environ if name.startswith(("MELTANO_", "PIM", "TAP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "meltano.yml").write_text(MELTANO, encoding="utf-8")
    return Project(tmp_path)


@pytest.fixture
def run(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs pimctl, with what is typed on stdin; gives its exit code, stdout and stderr."""
    assert project

    def running(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = cli.main(arguments)
        return code, *capsys.readouterr()

    return running


@pytest.fixture
def eu(project: Project, server: Server) -> Credentials:
    """The key of a store eu that syncs tags."""
    key = server.store.add_key()
    credentials = Credentials(key.consumer_key, key.consumer_secret)
    operations.add(project, Draft("eu", server.url, credentials, ("tags",), "0 3 * * *"))
    return credentials


def files(project: Project) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in project.root.iterdir() if path.is_file()}


def test_script_gives_the_key_in_the_environment_and_gets_json(
    project: Project, server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = server.store.add_key()
    monkeypatch.setenv("PIMCTL_CONSUMER_KEY", key.consumer_key)
    monkeypatch.setenv("PIMCTL_CONSUMER_SECRET", key.consumer_secret)

    code, out, err = run(
        *("stores", "add", "eu", "--url", server.url, "--components", "tags", "--every", "1h"),
        *("--no-sync", "--yes", "--json"),
    )

    assert code == 0, err
    told = json.loads(out)
    assert (told["store"]["id"], told["store"]["components"], told["store"]["cron"]) == ("eu", ["tags"], "38 * * * *")
    assert {step["outcome"] for step in told["check"]} == {"passed", "skipped"}  # there is no TLS
    assert "tags                    200 rows\n" in err
    assert key.consumer_secret not in out + err + (project.root / "meltano.yml").read_text(encoding="utf-8")
    assert registry.credentials(project, registry.find(project, "eu")) == Credentials(
        key.consumer_key, key.consumer_secret
    )


def test_script_whose_store_is_refused_gets_the_steps_and_one_line(project: Project, server: Server, run: Run) -> None:
    before = files(project)
    key = server.store.add_key(permissions="write")

    code, out, err = run(
        *("stores", "add", "eu", "--url", server.url, "--yes", "--json"),
        typed=f"{key.consumer_key}\n{key.consumer_secret}\n",
    )

    assert code == 1
    assert [step["outcome"] for step in json.loads(out)["check"]][-1] == "failed"
    assert err.splitlines()[-1].startswith("pimctl: eu was not added: ")
    assert files(project) == before


@pytest.mark.usefixtures("eu")
def test_edit_shows_the_difference_checks_and_then_writes(project: Project, run: Run) -> None:
    code, out, err = run("stores", "edit", "eu", "--components", "tags,custom_fields", "--set", "page_size=50", "--yes")

    assert (code, err) == (0, "")
    shown, _, rest = out.partition("Checking ")
    assert shown == (
        "sync_components:\n  - tags\n  + products, tags, custom_fields\npage_size:\n  - (not set)\n  + 50\n"
    )
    assert rest.endswith("Changed eu.\n")
    store = registry.find(project, "eu")
    assert (store.components, store.settings) == (("products", "tags", "custom_fields"), {"page_size": "50"})


@pytest.mark.usefixtures("eu")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--url", "http://localhost:1", "--yes"), "eu was not changed: "),
        (("--set", "page_size=0", "--yes"), "eu was not changed: "),
        (("--components", "orders", "--yes"), '"orders" is not a sync component: choose from products,'),
        (("--set", "consumer_key=ck_1", "--yes"), "Others can read a secret on the command line"),
        (("--components", "tags,brands"), "This command asks for confirmation: in a script, give --yes."),
    ],
)
def test_edit_that_cannot_be_made_changes_nothing(
    project: Project, run: Run, options: tuple[str, ...], told: str
) -> None:
    before = files(project)

    code, _, err = run("stores", "edit", "eu", *options)

    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith(f"pimctl: {told}")
    assert files(project) == before


@pytest.mark.usefixtures("eu")
def test_brackets_in_what_a_user_gave_are_shown_as_they_are(project: Project, run: Run) -> None:
    operations.add(project, Draft("six", "http://[fd00::1]:8080", Credentials("ck_1", "cs_1"), ("tags",)))

    assert " http://[fd00::1]:8080 " in run("stores", "list")[1]
    shown = run("stores", "edit", "eu", "--set", "user_agent=[/]y", "--yes")[1]
    assert shown.startswith("user_agent:\n  - (not set)\n  + [/]y\nChecking ")
    assert registry.find(project, "eu").settings == {"user_agent": "[/]y"}


@pytest.mark.usefixtures("eu")
def test_edit_without_a_change_says_what_can_be_changed(project: Project, run: Run) -> None:
    before = files(project)

    assert run("stores", "edit", "eu") == (
        0,
        "Nothing to change: give --url, --components, --http-user or --set NAME=VALUE.\n",
        "",
    )
    assert files(project) == before


def test_old_key_stays_until_the_new_one_is_proven(project: Project, server: Server, run: Run, eu: Credentials) -> None:
    key = server.store.add_key()
    before = files(project)

    code, _, err = run("stores", "replace-key", "eu", typed=f"{key.consumer_key}\ncs_{'0' * 40}\n")
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("pimctl: eu keeps its old key: the secret does not belong to this key.")
    assert files(project) == before
    assert run("stores", "replace-key", "eu", typed="")[0] == 1
    assert files(project) == before
    store = registry.find(project, "eu")
    assert registry.credentials(project, store) == eu

    code, out, err = run("stores", "replace-key", "eu", typed=f"{key.consumer_key}\n{key.consumer_secret}\n")
    assert (code, err) == (0, "")
    assert "Replaced the key of eu." in out
    assert registry.credentials(project, store) == Credentials(key.consumer_key, key.consumer_secret)


def test_key_that_the_store_has_already_is_refused(project: Project, run: Run, eu: Credentials) -> None:
    before = files(project)

    told = run("stores", "replace-key", "eu", typed=f"{eu.key}\n{eu.secret}\n")

    assert told == (1, "", "pimctl: This is the key that eu has already: give the new one.\n")
    assert files(project) == before


@pytest.mark.usefixtures("eu")
@pytest.mark.parametrize("command", ["add us --no-sync --yes --url ", "edit eu --yes --url "])
@pytest.mark.parametrize(
    "address", ["http://me:hidden@localhost", "localhost/?consumer_secret=cs_hidden", "http://ck:hid/den@localhost"]
)
def test_secret_in_an_address_is_refused_and_shown_nowhere(
    project: Project, run: Run, command: str, address: str
) -> None:
    before = files(project)

    code, out, err = run("stores", *(command + address).split(), typed="ck_1\ncs_1\n")

    assert (code, err.count("\n")) == (1, 1)
    assert "Checking an address that cannot be used\n" in out
    assert not re.search(r"hid|den@", out + err)
    assert files(project) == before


@pytest.mark.usefixtures("eu")
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://me:hid/den@localhost/shop", "https://***@localhost/shop"),
        ("https://localhost/?consumer_secret=hidden&lang=de", "https://localhost/?consumer_secret=***&lang=***"),
        ("https://localhost/cs_0123456789abcdef", "https://localhost/***"),
    ],
)
def test_secret_that_somebody_typed_into_an_address_of_meltano_yml_is_shown_nowhere(
    project: Project, run: Run, address: str, told: str
) -> None:
    path = project.root / "meltano.yml"
    typed = re.sub(r"(?<=site_url: ).*", address, path.read_text(encoding="utf-8"))
    path.write_text(typed, encoding="utf-8")

    for command in ("list", "list --json", "check"):
        _, out, err = run("stores", *command.split())
        assert not re.search(r"hid|den@|0123456789abcdef", out + err)
        assert command == "check" or told in out


@pytest.mark.usefixtures("eu")
@pytest.mark.parametrize("command", [("add", "us", "--url", "us.example", "--yes"), ("edit", "eu", "--yes")])
@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (
            "auth_metod=basic",
            (
                "auth_metod is not a setting of this tap and has no effect. Did you mean auth_method?"
                " All settings: docs/settings.md."
            ),
        ),
        ("store_id=", "store_id has an option of its own: do not give it with --set."),
    ],
)
def test_setting_that_the_tap_does_not_have_or_that_is_not_given_so_is_refused(
    project: Project, run: Run, command: tuple[str, ...], setting: str, told: str
) -> None:
    before = files(project)

    assert run("stores", *command, "--set", setting) == (1, "", f"pimctl: {told}\n")
    assert files(project) == before


@pytest.mark.usefixtures("eu")
def test_settings_of_every_singer_tap_are_taken_and_unknown_ones_removed(project: Project, run: Run) -> None:
    yml = project.root / "meltano.yml"
    yml.write_text(yml.read_text("utf-8").replace("      store_id: eu", "      store_id: eu\n      gone: 1"), "utf-8")

    code, _, err = run("stores", "edit", "eu", "--set", "gone=", "--set", "flattening_enabled=true", "--yes")

    assert (code, err) == (0, "")
    assert registry.find(project, "eu").settings == {"flattening_enabled": "true"}


def test_key_of_another_store_replaces_none(project: Project, run: Run, eu: Credentials, server: Server) -> None:
    operations.add(project, Draft("us", server.url, Credentials("ck_1", "cs_1"), ("tags",)))
    before = files(project)

    code, _, err = run("stores", "replace-key", "us", typed=f"{eu.key}\n{eu.secret}\n")

    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("pimctl: This key or secret is that of the store eu (localhost)")
    assert files(project) == before


@pytest.mark.usefixtures("eu")
def test_check_goes_on_after_a_store_that_fails_and_names_it_in_the_last_line(
    project: Project, server: Server, run: Run
) -> None:
    key = server.store.add_key()
    operations.add(project, Draft("us", server.url, Credentials(key.consumer_key, key.consumer_secret), ("tags",)))
    server.store.revoke_key(key)
    before = files(project)

    code, out, err = run("stores", "check", "us", "eu")

    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("pimctl: us: the store does not know this key")
    us, _, rest = out.partition("\neu\n")
    assert us.startswith("us\nChecking ")
    assert "tags                    200 rows\n" in rest
    code, out, _ = run("stores", "check", "eu", "--json")
    assert (code, [step["outcome"] for step in json.loads(out)["eu"]].count("failed")) == (0, 0)
    assert files(project) == before


@pytest.mark.usefixtures("eu")
def test_list_shows_a_line_a_store(project: Project, server: Server, run: Run) -> None:
    chosen = {"us": (), "all": tuple(BY_NAME), "idle": ("tags", "brands"), "few": ()}
    for name, components in chosen.items():
        address = f"{name}.example" + ("/a/shop" if name == "us" else "")
        operations.add(project, Draft(name, address, Credentials(f"ck_{name}", f"cs_{name}"), components))
    operations.pause(project, registry.find(project, "idle"))
    env = project.root / ".env"
    env.write_text(env.read_text(encoding="utf-8").replace("TAP_WOO_PIM__FEW_CONSUMER_KEY=ck_few\n", ""), "utf-8")

    code, out, err = run("stores", "list")

    assert (code, err) == (0, "")
    assert "".join(f"{line.rstrip()}\n" for line in out.splitlines()) == LIST.format(port=server.port)


@pytest.mark.usefixtures("eu")
def test_schedule_is_shown_set_and_taken_away(project: Project, run: Run) -> None:
    assert run("schedule", "eu")[1].startswith("eu syncs on schedule schedule-eu (0 3 * * *): next in ")
    assert run("schedule", "eu", "--every", "6h")[1].startswith("eu syncs on schedule schedule-eu (38 */6 * * *): next")
    resumed = run("stores", "resume", "eu")[1]
    assert re.fullmatch(
        r"Resumed eu\. Its next sync is due (in \d+ (h|min)|now), if cron or pimctl scheduler runs the schedules\.\n",
        resumed,
    )
    run("stores", "pause", "eu")
    assert run("schedule", "eu") == (0, "eu syncs on schedule schedule-eu (38 */6 * * *): paused.\n", "")
    before = files(project)
    assert run("schedule", "eu", "--off", "--at", "03:00") == (1, "", "pimctl: Give a time or --off, not both.\n")
    assert files(project) == before
    assert run("schedule", "eu", "--off") == (0, "eu has no schedule.\n", "")


@pytest.mark.usefixtures("eu")
def test_sync_of_all_stores_while_all_are_paused_is_no_failure(project: Project, run: Run) -> None:
    """A scheduler that syncs all must not raise an alarm about what somebody paused."""
    operations.pause(project, registry.find(project, "eu"))
    told = "All stores are paused, so nothing is synced. Resume one with: pimctl stores resume ID\n"

    assert run("sync") == (0, told, "")
    code, out, err = run("sync", "--json")
    assert (code, json.loads(out), err) == (0, {"stores": [], "model_error": ""}, told)


@pytest.mark.usefixtures("eu")
def test_missing_env_is_told_with_the_remedy(project: Project, run: Run) -> None:
    (project.root / ".env").unlink()

    code, out, err = run("sync", "eu")
    assert (code, err) == (1, "")
    assert out.endswith("eu: its key and secret are missing: pimctl stores replace-key eu\n")
    code, _, err = run("stores", "check", "eu")
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("pimctl: eu: consumer_key and consumer_secret are missing.")
    assert not (project.root / ".env").exists()


@pytest.mark.usefixtures("eu")
def test_env_that_is_not_utf8_is_told_in_one_line_and_stays(project: Project, run: Run) -> None:
    (project.root / ".env").write_bytes("OTHER=caf\u00e9\n".encode("latin-1"))
    before = files(project)

    for command in (("stores", "list"), ("stores", "pause", "eu"), ("status",), ("db", "url")):
        told = f"pimctl: {project.root / '.env'} is not UTF-8: save it as UTF-8, then try again.\n"
        assert run(*command) == (1, "", told)
    assert files(project) == before


@pytest.mark.usefixtures("eu")
@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_key_on_stdin_that_is_not_utf8_is_refused(project: Project, errors: str) -> None:
    before = files(project)

    done = subprocess.run(
        [sys.executable, "-m", "pimctl.cli", "stores", "replace-key", "eu"],
        capture_output=True,
        check=False,
        cwd=project.root,
        env={**os.environ, "PYTHONIOENCODING": f"utf-8:{errors}", "PYTHONPATH": str(CHECKOUT)},
        input=b"ck_\xff\ncs_1\n",
    )

    told = b"pimctl: stdin is not UTF-8: write what it brings as UTF-8, then try again.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", told)
    assert files(project) == before


@pytest.mark.usefixtures("eu")
@pytest.mark.parametrize(
    "command", [("status",), ("history",), ("history", "show", "1"), ("stores", "remove", "eu", "--purge", "--yes")]
)
def test_database_that_is_down_is_told_in_one_line_and_changes_nothing(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PIM_DATABASE_URL", NO_DATABASE)
    before = files(project)

    code, out, err = run(*command)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("pimctl: The PIM database (none on localhost:1 as nobody) cannot be read: connection failed")
    assert files(project) == before


@pytest.mark.usefixtures("eu")
def test_store_that_is_being_synced_is_not_removed(project: Project, run: Run) -> None:
    store = registry.find(project, "eu")
    noted = {"pid": os.getpid(), "started_at": "2026-03-02T12:00:00+00:00", "phase": "reading"}
    with exclusive(progress.lock_file(project, store)):
        progress.note_file(project, store).write_text(json.dumps(noted), encoding="utf-8")
        before = files(project)

        code, out, err = run("stores", "remove", "eu", "--purge", "--yes")

    assert (code, err) == (1, "pimctl: eu is being synced: wait for its end, or stop it, then remove it.\n")
    assert "0 rows of eu in 0 tables, and its states, will be deleted." in out
    assert files(project) == before


@pytest.mark.usefixtures("eu")
def test_rows_that_belong_to_another_store_too_are_not_purged(project: Project, run: Run) -> None:
    operations.add(project, Draft("us", "us.example", Credentials("ck_1", "cs_1")))
    yml = project.root / "meltano.yml"
    yml.write_text(yml.read_text(encoding="utf-8").replace("store_id: us", "store_id: eu"), encoding="utf-8")
    before = files(project)

    assert run("stores", "remove", "eu", "--purge", "--yes") == (
        1,
        "",
        "pimctl: us has the same store_id (eu): its rows would go too.\n",
    )
    assert files(project) == before


@pytest.mark.usefixtures("eu")
def test_missing_meltano_is_told_in_one_line(
    project: Project, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(Path(sys.executable).resolve())
    monkeypatch.setattr(sys, "executable", str(python))
    before = files(project)

    code, _, err = run("sync", "eu")

    assert (code, err) == (1, f"pimctl: Meltano is not installed beside {python}: run make setup\n")
    assert files(project) == before


@pytest.mark.usefixtures("eu")
@pytest.mark.parametrize(("typed", "proposed"), [("pimctl stores edit e", {"eu"}), ("pimctl sto", {"stores"})])
def test_shell_completes_commands_and_the_ids_of_stores(project: Project, typed: str, proposed: set[str]) -> None:
    asked = {
        "_PIMCTL_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split(" ")) - 1),
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("pimctl")],
        capture_output=True,
        check=True,
        cwd=project.root,
        encoding="utf-8",
        env={**os.environ, **asked},
    )

    assert set(done.stdout.split()) == proposed
