"""What root opens to the account that it lends to PostgreSQL."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pimctl.cli import main
from pimctl.postgres import account, programs
from pimctl.postgres.account import Account
from tests.pimctl.conftest import Console

LENT = Account(uid=os.geteuid() + 1, gid=os.getegid(), borrowed=True)
OWN = Account(uid=os.geteuid(), gid=os.getegid(), borrowed=False)


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A package as it is installed under umask 077."""
    tree = tmp_path / "package"
    (tree / "bin").mkdir(parents=True)
    (tree / "bin" / "postgres").write_text("program")
    (tree / "bin" / "share").write_text("data")
    (tree / "bin" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "outside").write_text("not the package's")
    for path, mode in {"bin/postgres": 0o700, "bin/share": 0o600, "bin": 0o700, "": 0o700, "../outside": 0o600}.items():
        (tree / path).chmod(mode)
    return tree


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_lent_account_may_read_and_run_a_package_that_was_closed(closed: Path) -> None:
    assert LENT.open_tree(closed)

    assert [mode(path) for path in (closed, closed / "bin", closed / "bin" / "postgres", closed / "bin" / "share")] == [
        0o705,
        0o705,
        0o705,
        0o604,
    ]
    assert mode(closed.parent / "outside") == 0o600
    assert not LENT.open_tree(closed)


def test_own_account_opens_nothing(closed: Path) -> None:
    assert not OWN.open_tree(closed)
    assert mode(closed) == 0o700


def test_missing_folder_is_no_failure(tmp_path: Path) -> None:
    assert not LENT.open_tree(tmp_path / "none")


def test_trees_hold_the_programs_and_the_libraries_packed_with_them() -> None:
    own, libraries = programs.trees()

    assert (own / "bin" / "postgres").is_file()
    assert not libraries.exists() or list(libraries.glob("libpq*"))


def test_opened_folders_are_told_also_when_the_start_fails(
    console: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(console.root))
    monkeypatch.delenv("PIM_DATABASE_URL", raising=False)
    monkeypatch.setattr(account.Account, "open_way", lambda _, path: [path.parent])
    (console.root / ".pim" / "data").mkdir(parents=True)
    (console.root / ".pim" / "data" / "PG_VERSION").write_text("16\n")

    assert main(["db", "start"]) == 1
    told = capsys.readouterr()
    assert f"its account may now pass through {console.root}/.pim (chmod o+x)." in told.out
    assert "holds PostgreSQL 16" in told.err
