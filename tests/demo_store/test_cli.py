"""The command line: it says where the store is, keeps to its flags, and stops cleanly."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.demo_store.conftest import TIMEOUT_SECONDS

COMMAND = [sys.executable, "-W", "error", "-m", "demo_store", "--port", "0"]


@contextmanager
def running(*flags: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run the command and read what it prints, up to the last line that these flags make it print."""
    last = "ca_bundle" if "--consumer-key" in flags and "--http" not in flags else "consumer_secret"
    with subprocess.Popen([*COMMAND, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            told: dict[str, str] = {}
            assert process.stdout is not None
            while last not in told:
                line = process.stdout.readline()
                assert line, "the command ended early"
                name, _, value = line.strip().partition(": ")
                told[name] = value
            yield process, told
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    key_file = tmp_path / "key"
    with running("--ca-dir", str(tmp_path), "--profile", "9.9.5", "--key-file", str(key_file)) as (process, told):
        assert Path(told["ca_bundle"]).parent == tmp_path
        auth = (told["consumer_key"], told["consumer_secret"])
        assert tuple(key_file.read_text().split()) == auth
        assert key_file.stat().st_mode & 0o077 == 0
        response = requests.get(
            f"{told['url']}/wp-json/wc/v3/products", auth=auth, verify=told["ca_bundle"], timeout=TIMEOUT_SECONDS
        )
        assert response.headers["X-WP-Total"] == "285"
        process.send_signal(number)
        assert process.wait(TIMEOUT_SECONDS) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_flags_make_a_smaller_slower_or_made_up_store() -> None:
    given = ("--consumer-key", "ck_given", "--consumer-secret", "cs_given")
    auth = ("ck_given", "cs_given")
    for flags, total in ((("--products-limit", "12"), 12), (("--products", "30", "--variations", "8"), 30)):
        with running("--latency", "0.1", *given, *flags) as (_, told):
            assert "consumer_secret" not in told
            url = f"{told['url']}/wp-json/wc/v3/products?include_status=any,trash"
            # The authority is gone with the server: its file is beside no other.
            response = requests.get(url, auth=auth, verify=told["ca_bundle"], timeout=TIMEOUT_SECONDS)
            assert response.headers["X-WP-Total"] == str(total)
            assert response.elapsed.total_seconds() >= 0.1


def test_port_that_is_taken_is_one_plain_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND[:-1], port, "--http"], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    assert ended.returncode == 1
    assert ended.stderr == f"demo_store: port {port} is taken by another program; choose another one with --port\n"
    assert ended.stdout == ""
