"""Runs the console: opens its door, starts the embedded database, prints the address, opens the browser."""

from __future__ import annotations

import errno
import getpass
import html
import ipaddress
import os
import socket
import ssl
import sys
import threading
import webbrowser
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pimctl.console.sessions import Sessions
from pimctl.console.users import Users
from pimctl.errors import PimctlError

if TYPE_CHECKING:
    from pathlib import Path

    from pimctl.project import Project

PORT = 8765
LOOPBACK_HOSTS = ("127.0.0.1", "localhost")


def folder(project: Project) -> Path:
    """Return where the console keeps its users and its audit."""
    return project.root / ".pimctl"


@dataclass(frozen=True)
class Place:
    """Where the console listens, and how it is reached.

    Attributes:
        host: The address to listen on.
        port: The port; 0 for any free one.
        names: Further names that browsers may call it by, as behind a proxy.
        certificate: A TLS certificate file, or None.
        private_key: Its key file, or None.
        is_proxied: A proxy in front speaks TLS.
        opens_browser: Open the pages where there is a desktop.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    private_key: Path | None = None
    is_proxied: bool = False
    opens_browser: bool = True

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def check(self, users: Users) -> None:
        """See whether the console may listen there.

        Raises:
            PimctlError: Without users or TLS it may listen on this machine only.
        """
        if bool(self.certificate) != bool(self.private_key):
            raise PimctlError("TLS needs both files: --certificate and --private-key.")
        if self.certificate:
            try:
                ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(self.certificate, self.private_key)
            except OSError as error:  # as ssl's own
                raise PimctlError(
                    f"--certificate and --private-key cannot be used: {error.strerror or error}. Give two PEM files "
                    "that can be read and belong together."
                ) from None
        if self.is_loopback:
            return
        if not users.all():
            raise PimctlError(
                f"--host {self.host} can be reached from other machines, so people have to log in: "
                "add a user first with: pimctl console users add NAME --role manager"
            )
        if not self.certificate and not self.is_proxied:
            raise PimctlError(
                f"--host {self.host} would send passwords unencrypted: give --certificate and --private-key, "
                "or --behind-proxy if a proxy in front terminates TLS."
            )
        if not self.names:
            raise PimctlError("Give the host name that browsers use: --name pim.example.com")


def listen(place: Place) -> socket.socket:
    """Return a socket that listens.

    Raises:
        PimctlError: The port is taken, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    door = socket.socket(family)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((place.host, place.port))
        door.listen(128)
    except OSError as error:
        door.close()
        if error.errno == errno.EADDRINUSE:
            raise PimctlError(
                f"Port {place.port} is taken, perhaps by another console: choose another with --port {place.port + 1}"
            ) from None
        raise PimctlError(f"Cannot listen on {place.host}:{place.port}: {error.strerror or error}") from None
    return door


def serve(project: Project, place: Place) -> None:
    """Serve the console until it is stopped.

    Raises:
        PimctlError: It may not, or cannot, listen there.
    """
    users = Users(folder(project))
    place.check(users)
    door = listen(place)
    port = door.getsockname()[1]
    scheme = "https" if place.certificate else "http"
    address = f"{scheme}://{place.names[0] if place.names else place.host}:{port}"
    has_users = bool(users.all())

    sessions = Sessions(users, getpass.getuser())

    def link() -> str:
        return address if has_users else f"{address}/enter?token={sessions.token}"

    def say_address() -> None:
        print(f"The console is at {link()}", flush=True)

    with suppress(KeyboardInterrupt):  # Ctrl-C and SIGTERM are how a console ends
        say_address()
        threading.Thread(target=start_database, args=(project,), daemon=True).start()
        if place.opens_browser and has_desktop():
            open_browser(folder(project), link())
        from pimctl.console.app import Console, run  # noqa: PLC0415  the door is open while these load

        hosts = (*LOOPBACK_HOSTS, place.host, *place.names)
        run(Console(project, port, users, sessions, hosts, say_address), door, place)


def start_database(project: Project) -> None:
    """Start the database if it is the embedded one; pages say so where it does not come up."""
    from pimctl.postgres import external  # noqa: PLC0415  the address is printed before these load
    from pimctl.postgres.embedded import Embedded  # noqa: PLC0415

    if project.variable(external.VARIABLE):
        return
    try:
        Embedded(project).start()
    except (PimctlError, OSError) as error:
        print(f"pimctl: {error}", file=sys.stderr)


def has_desktop() -> bool:
    """Whether there is a desktop to open a browser on."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_browser(home: Path, link: str) -> None:
    """Open the link by a file that leads there: a command line, which would hold the token, can be read by others."""
    home.mkdir(mode=0o700, exist_ok=True)
    page = home / "open.html"
    text = f'<!doctype html><title>PIM console</title><meta http-equiv="refresh" content="0; url={html.escape(link)}">'
    with os.fdopen(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    webbrowser.open(page.as_uri())
