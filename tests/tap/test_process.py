"""The tap as a process: how it ends when it is told to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from demo_store import Request, Store
from demo_store.faults import When, path
from tests.tap.harness import shop


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_takes_no_time_and_does_not_look_like_success(how: signal.Signals, tmp_path: Path) -> None:
    reached = threading.Event()

    def is_page(request: Request) -> bool:
        if "offset" not in request.query:
            return False
        reached.set()
        return True

    with shop(Store.recorded("5.9.0")) as served:
        served.store.faults.add("never_answers", path("/wc/v3/products$") & When(is_page))
        config = tmp_path / "config.json"
        config.write_text(json.dumps(served.config(sync_components=["tags", "products"])))
        arguments = [sys.executable, "-m", "tap_woo_pim", "--config", str(config)]
        with subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert reached.wait(60)
            process.send_signal(how)
            out, _ = process.communicate(timeout=30)  # the request in flight would take 60 s
    assert process.returncode == 128 + how
    messages = [json.loads(line) for line in out.splitlines()]
    assert sum(message["type"] == "RECORD" and message["stream"] == "product_tags" for message in messages) == 200
    assert [message["type"] for message in messages].count("STATE") >= 2
