"""Hands pip's settings on to uv, which installs several times faster but does not read them.

Runs on a bare Python: it is used before anything is installed.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys

UV_VARIABLES = {  # pip's name of a setting, uv's variable
    "index-url": "UV_DEFAULT_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}


def pip_settings() -> dict[str, str]:
    """Return pip's settings by their plain names, from its files and variables; nothing if pip cannot say."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    found: dict[str, tuple[bool, str]] = {}
    for line in listed.stdout.splitlines():
        key, separator, quoted = line.partition("=")
        section, dot, name = key.rpartition(".")
        if not separator or not dot or section not in {"global", "install", ":env:"}:
            continue
        from_variable = section == ":env:"  # a variable wins over every file
        if from_variable or not found.get(name, (False, ""))[0]:
            found[name] = (from_variable, str(ast.literal_eval(quoted)))
    return {name: value for name, (_, value) in found.items()}


def uv_variables() -> dict[str, str]:
    """Return environment variables that make uv use pip's index, certificate and proxy.

    Variables that are set already stay as they are. Further indexes (``extra-index-url``) are not handed on:
    uv would prefer them, and all that the project needs is on the main one.
    """
    settings = pip_settings()
    wanted = {UV_VARIABLES[name]: value for name, value in settings.items() if name in UV_VARIABLES}
    for variable in (
        "UV_FIND_LINKS",
        "UV_INSECURE_HOST",
    ):  # pip parts several by spaces, uv the first by commas
        if variable in wanted:
            wanted[variable] = ("," if variable == "UV_FIND_LINKS" else " ").join(wanted[variable].split())
    return {variable: value for variable, value in wanted.items() if variable not in os.environ}
