"""What a machine has set apart from others must not decide a test."""

from __future__ import annotations

import os
import signal

# The sample stores are on this machine. The tests of proxies set their own.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"

# A shell without job control starts `make test &` with this signal ignored, which the programs that tests stop inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
