"""Make the certificates for https on this machine, and keep them for the next time."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography.x509 import load_pem_x509_certificate

CA_FILE = "demo-store-ca.pem"
_KEY_FILE = "demo-store-ca.key"
_NAMES = ("localhost", "127.0.0.1", "::1")
_LEAST_DAYS = 7


def ca_path(folder: Path) -> Path:
    """Give the certificate authority's file in a folder, making one unless a valid one is there.

    The file is replaced whole, so a client that reads it meanwhile sees the old or the new one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / CA_FILE
    if not _is_valid(path, folder / _KEY_FILE):
        authority = trustme.CA()
        _write(folder / _KEY_FILE, authority.private_key_pem.bytes(), 0o600)
        _write(path, authority.cert_pem.bytes(), 0o644)
    return path


def server_context(folder: Path) -> ssl.SSLContext:
    """Make the TLS context of a server for localhost, signed by the authority of a folder."""
    path = ca_path(folder)
    authority = trustme.CA.from_pem(path.read_bytes(), (folder / _KEY_FILE).read_bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*_NAMES).configure_cert(context)
    return context


def _is_valid(certificate: Path, key: Path) -> bool:
    try:
        authority = trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
        loaded = load_pem_x509_certificate(authority.cert_pem.bytes())
    except (OSError, ValueError):
        return False
    return loaded.not_valid_after_utc > datetime.now(UTC) + timedelta(days=_LEAST_DAYS)


def _write(path: Path, content: bytes, mode: int) -> None:
    part = path.with_name(f"{path.name}.part")
    part.touch(mode)
    part.write_bytes(content)
    part.replace(path)
