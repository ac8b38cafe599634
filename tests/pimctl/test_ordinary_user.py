"""Everything as an ordinary user, who has no right of root: a store added, synced and removed, and what root left."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from demo_store import Store, serve
from pimctl.postgres import postmaster
from pimctl.postgres.account import Account
from pimctl.setup.package_index import uv_variables
from tests.support.environments import VERSIONS
from tests.support.meltano_project import CHECKOUT, MeltanoProject, copy_project

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("ordinary user")]  # they share what takes a minute to make

ONE_STORE = "plugins: {extractors: [{name: tap-woo-pim}, {name: tap-woo-pim--eu, inherit_from: tap-woo-pim}]}\n"
FOLDERS_FOR_ALL = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class User:
    """Somebody who is not root, with a home and a copy of the project, in which ``make setup`` was run.

    Attributes:
        account: Another one than that of the tests where these are run by root.
        home: The home.
        project: The copy of the project.
    """

    account: Account
    home: Path
    project: Path

    def run(self, *command: str, root: Path | None = None, typed: str = "") -> subprocess.CompletedProcess[str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MELTANO_", "PG", "PIM_", "PYTHON", "TAP_", "TARGET_", "VIRTUAL_ENV", "XDG_"))
        }
        return subprocess.run(
            command,
            capture_output=True,
            check=False,
            cwd=root or self.project,
            encoding="utf-8",
            env={**kept, **uv_variables(), "HOME": str(self.home), "NO_COLOR": "1", "PATH": FOLDERS_FOR_ALL},
            input=typed,
            **self.account.run_as(),
        )

    def pimctl(self, *arguments: str, root: Path | None = None, typed: str = "") -> subprocess.CompletedProcess[str]:
        return self.run(str(self.project / ".venv" / "bin" / "pimctl"), *arguments, root=root, typed=typed)

    def take(self, folder: Path) -> None:
        """Make all of a folder this user's own."""
        for path in (folder, *folder.rglob("*")):
            self.account.own(path)

    def can_run(self, python: str) -> bool:
        try:
            return self.run(python, "-c", "import ensurepip, venv").returncode == 0
        except PermissionError:
            return False

    def python(self) -> str:
        """Return a Python that this user may run: that of the tests may be in the home of root."""
        named = (shutil.which(f"python{version}", path=FOLDERS_FOR_ALL) for version in VERSIONS)
        here = str(Path(sys.executable).resolve())
        found = next((python for python in (here, *named) if python and self.can_run(python)), "")
        assert found, "There is no Python here that an ordinary user may run: install one for all users"
        return found


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    is_root = os.geteuid() == 0
    entry = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
    place = tmp_path_factory.mktemp("ordinary")
    made = User(Account(entry.pw_uid, entry.pw_gid, borrowed=is_root), place / "home", place / "project")
    made.home.mkdir()
    copy_project(made.project)
    shutil.copy2(CHECKOUT / "Makefile", made.project)
    made.take(place)
    made.account.open_way(made.project)
    done = made.run("make", "setup", f"PYTHON={made.python()}")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    yield made
    made.pimctl("db", "stop")


@pytest.fixture
def root(user: User) -> Path:
    """Another project of the user's."""
    made = user.home.parent / "other"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    (made / "meltano.yml").write_text(ONE_STORE, encoding="utf-8")
    user.take(made)
    return made


def test_store_is_added_synced_and_removed_and_every_file_is_the_users_own(user: User) -> None:
    with serve(Store.recorded("9.9.5"), ca_dir=user.home.parent) as server:
        key = server.store.key()
        address = ("--url", server.url, "--set", f"ca_bundle={server.ca_bundle}")
        added = user.pimctl(
            *("stores", "add", "own", *address, "--components", "tags,brands", "--yes"),
            typed=f"{key.consumer_key}\n{key.consumer_secret}\n",
        )
        assert (added.returncode, added.stderr) == (0, ""), added.stdout
        installed = MeltanoProject(user.project)
        for stream, served in (
            ("product_tags", server.store.rows("tags")),
            ("product_brands", server.store.rows("brands")),
        ):
            landed = {(row["id"], row["name"]) for row in installed.rows(stream, "own")}
            assert landed == {(row["id"], row["name"]) for row in served}
        database = postmaster.find(user.project / ".pim" / "data")
        assert database
        assert psutil.Process(database.pid).uids().effective == user.account.uid
        status = user.pimctl("status")
        assert (status.returncode, status.stderr) == (0, "")
        assert "own     healthy        just now" in status.stdout

        removed = user.pimctl("stores", "remove", "own", "--purge", "--yes")

    assert (removed.returncode, removed.stderr) == (0, ""), removed.stdout
    assert not any(installed.all_rows("own").values())
    assert "--own" not in (user.project / "meltano.yml").read_text(encoding="utf-8")
    assert "own" not in (user.project / ".env").read_text(encoding="utf-8").lower()
    stopped = user.pimctl("db", "stop")
    assert (stopped.returncode, stopped.stderr) == (0, "")
    assert postmaster.find(user.project / ".pim" / "data") is None
    for folder in (user.project, user.home):
        assert {path.lstat().st_uid for path in (folder, *folder.rglob("*"))} == {user.account.uid}


@pytest.mark.parametrize(
    ("name", "command", "told"),
    [
        (".pim", ("db", "start"), "{path} belongs to somebody else: run this as its owner or as root."),
        (".meltano", ("stores", "pause", "eu"), "Permission denied ({path}/pimctl): run this as the owner of the"),
        (".env", ("stores", "list"), "Permission denied ({path}): run this as the owner of the"),
        ("meltano.yml", ("stores", "list"), "Permission denied ({path}): run this as the owner of the"),
    ],
)
def test_what_root_left_in_the_project_is_named_in_one_line(
    user: User, root: Path, name: str, command: tuple[str, ...], told: str
) -> None:
    path = root / name
    if name.startswith("."):
        path.mkdir() if name != ".env" else path.touch()
    path.chmod(0o000 if path.is_file() else 0o555)

    done = user.pimctl(*command, root=root)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"pimctl: {told.format(path=path)}")


def test_environment_that_root_made_is_named_in_one_line(user: User, root: Path) -> None:
    shutil.copy2(CHECKOUT / "Makefile", root)
    (root / "requirements").mkdir()
    for name in ("requirements/dev.txt", "pyproject.toml"):
        (root / name).touch()
    (root / ".venv").mkdir(0o555)

    done = user.run("make", "--no-print-directory", "setup", root=root)

    first, *_ = done.stderr.splitlines()
    assert first == (
        f"{root}/.venv belongs to another user, as after sudo make: remove it by sudo make clean, "
        "and go on without sudo."
    )
    assert (done.returncode, done.stdout) == (2, "")
