"""pip's settings reach uv."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pimctl.setup import package_index

pytestmark = pytest.mark.unit


@pytest.fixture
def pip_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only pip settings there are."""
    path = tmp_path / "pip.conf"
    path.write_text("", encoding="utf-8")
    for name in ("PIP_CERT", "PIP_FIND_LINKS", "PIP_DEFAULT_TIMEOUT", *package_index.UV_VARIABLES.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return path


def test_index_certificate_and_proxy_are_handed_on(pip_file: Path) -> None:
    pip_file.write_text(
        "[global]\nindex-url = https://index.example/simple\ncert = /etc/own-ca.pem\nproxy = http://proxy.example:3128\n"
        "trusted-host = a.example b.example\nfind-links = /wheels /more\nextra-index-url = https://extra.example\n",
        encoding="utf-8",
    )

    assert package_index.uv_variables() == {
        "UV_DEFAULT_INDEX": "https://index.example/simple",
        "SSL_CERT_FILE": "/etc/own-ca.pem",
        "ALL_PROXY": "http://proxy.example:3128",
        "UV_INSECURE_HOST": "a.example b.example",
        "UV_FIND_LINKS": "/wheels,/more",
    }


def test_pips_variable_wins_over_its_file_and_uvs_own_over_both(
    pip_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip_file.write_text("[global]\nindex-url = https://file.example\ncert = /file.pem\n", encoding="utf-8")

    monkeypatch.setenv("PIP_INDEX_URL", "https://variable.example")
    assert package_index.uv_variables() == {
        "UV_DEFAULT_INDEX": "https://variable.example",
        "SSL_CERT_FILE": "/file.pem",
    }

    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example")
    assert package_index.uv_variables() == {"SSL_CERT_FILE": "/file.pem"}


@pytest.mark.usefixtures("pip_file")
def test_plain_machine_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)  # pip then reads no file at all

    assert package_index.uv_variables() == {}
