"""Reads and edits meltano.yml and ``.env`` so that everything else in them stays as it is, to the byte."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.project import Project
from pimctl.stores import shape

ENV_MODE = 0o600
DOCUMENT_END = re.compile(r"^\.\.\.(?=\s|\Z)", re.MULTILINE)


@dataclass
class Files:
    """Both files, open for an edit.

    Attributes:
        document: What meltano.yml holds, to change in place.
        secrets: Variables to set in ``.env``; None takes one away.
        version: A text that changes with either file.
    """

    document: Any
    version: str
    secrets: dict[str, str | None] = field(default_factory=dict)


def version(project: Project) -> str:
    """Return a text that is another one after any change of meltano.yml or ``.env``."""
    digest = hashlib.sha256()
    for name in ("meltano.yml", ".env"):
        with suppress(FileNotFoundError):
            digest.update((project.root / name).read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def check_version(project: Project, expected: str | None) -> None:
    """See that both files are still those that a change was made for; None for a change that was made for any.

    Raises:
        PimctlError: They were changed since.
    """
    if expected not in {None, version(project)}:
        raise PimctlError("meltano.yml or .env was changed meanwhile: open the store again, then repeat your change.")


def read(project: Project) -> Any:
    """Return what meltano.yml holds, to look at and not to change: the next caller gets the same object.

    Raises:
        PimctlError: It cannot be read, or is not valid YAML; with the line.
    """
    return _parsed(project.root / "meltano.yml", _text(project.root / "meltano.yml"))


@lru_cache(maxsize=2)
def _parsed(path: Path, text: str) -> Any:
    """Parse a text once: 100 stores take half a second, and the console looks each second."""
    return _load(path, text)


@contextmanager
def edit(project: Project, expected_version: str | None = None) -> Iterator[Files]:
    """Give both files for a change, and write them at the end of the ``with`` block, each in one rename.

    Nothing is written when the block raises. Edits of other processes wait.

    Args:
        project: The Meltano project.
        expected_version: The version that the change was made for, where it was made elsewhere, as on a page.

    Raises:
        PimctlError: The files were changed since, cannot be read, or cannot be written.
    """
    path, env = (project.root / "meltano.yml").resolve(), (project.root / ".env").resolve()
    with exclusive(lock_file(project)):
        check_version(project, expected_version)
        files = Files(None, version(project))
        before = _text(path)
        plain, after = _parts(before.replace("\r\n", "\n"))
        files.document = _load(path, plain)
        round_trip = _dump(files.document, plain)
        yield files
        for name, value in files.secrets.items():
            if value is not None and os.environ.get(name, value) not in {"", value}:
                raise PimctlError(
                    f"{name} is set in the environment, which wins over .env: change or unset it there, then try again."
                )
        edited = merge(plain, round_trip, _dump(files.document, plain)) + after
        if not before.endswith("\n"):
            edited = edited.removesuffix("\n")
        _load(path, edited)
        if "\r\n" in before:
            edited = edited.replace("\n", "\r\n")
        env_before = _text(env) if env.exists() else ""
        env_after = env_text(env_before, files.secrets)
        if version(project) != files.version:
            raise PimctlError("Another program changed meltano.yml or .env just now: nothing was written, try again.")
        with ExitStack() as written:  # both are written before either takes its place, as the disk may be full
            fresh = []
            if env_after != env_before:
                fresh.append((_written_beside(env, env_after, ENV_MODE, written), env))
            if edited != before:
                fresh.append((_written_beside(path, edited, None, written), path))
            for new, old in fresh:
                new.replace(old)


def lock_file(project: Project) -> Path:
    """Return the file that is locked during an edit."""
    return private_folder(project) / "project.lock"


def private_folder(project: Project) -> Path:
    """Return the folder in which the console keeps locks and logs, beside Meltano's own files."""
    folder = project.root / ".meltano" / "pimctl"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def env_text(before: str, secrets: Mapping[str, str | None]) -> str:
    """Return the text of ``.env`` with some variables set or taken away, all other lines as they are."""
    left = dict(secrets)
    lines: list[str] = []
    for binding in parse_stream(io.StringIO(before)):
        if binding.key is None or binding.key not in secrets:
            lines.append(binding.original.string)
            continue
        value = left.pop(binding.key, None)
        if value is not None:
            lines.append(f"{binding.key}={quoted(value)}\n")
    text = "".join(lines)
    for name, value in left.items():
        if value is not None:
            text += ("\n" if text and not text.endswith("\n") else "") + f"{name}={quoted(value)}\n"
    return text


def quoted(value: str) -> str:
    """Return a value as it stands in ``.env``: plain where that is safe, else in single quotes.

    Raises:
        PimctlError: It holds what is expanded there even in quotes; it is not repeated.
    """
    if "${" in value:
        raise PimctlError(
            "A secret with ${ in it cannot be kept in .env, where that begins a variable: choose another password, "
            "or write the $ in an address as %24."
        )
    if value.isascii() and value.replace("_", "").replace("-", "").isalnum():
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def merge(original: str, round_trip: str, edited: str) -> str:
    """Return the original with the changes that lead from its round trip to the edited text.

    A YAML library writes some layouts in its own way. Only what an edit changed is taken from it.
    """
    if original == round_trip:
        return edited
    old, base, new = (text.splitlines(keepends=True) for text in (original, round_trip, edited))
    place: dict[int, int] = {len(base): len(old)}
    for tag, base_from, base_to, old_from, old_to in SequenceMatcher(None, base, old, autojunk=False).get_opcodes():
        for step in range(base_to - base_from):
            place[base_from + step] = old_from + step if tag == "equal" else min(old_from + step, old_to)
    merged: list[str] = []
    at = 0
    for tag, base_from, base_to, new_from, new_to in SequenceMatcher(None, base, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        merged += old[at : place[base_from]] + new[new_from:new_to]
        at = place[base_to]
    return "".join(merged + old[at:])


def _parts(text: str) -> tuple[str, str]:
    """Return the lines of a YAML document, the last one ended too, and what follows: the line ``...`` that ends it."""
    found = DOCUMENT_END.search(text)
    end = found.start() if found else len(text)
    lines = text[:end]
    return lines if lines.endswith("\n") else f"{lines}\n", text[end:]


def _yaml(indents: tuple[int, int, int]) -> YAML:
    mapping, sequence, offset = indents
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=mapping, sequence=sequence, offset=offset)
    return yaml


def _indents(text: str) -> tuple[int, int, int]:
    """Return the indentation of the file's own blocks and lists, so that what is added looks like the rest."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("plugins:"):
            inner = next((found for found in lines[number + 1 :] if found.strip() and found.strip()[0] != "#"), "  x:")
            mapping = len(inner) - len(inner.lstrip())
            listed = next((found for found in lines[number + 1 :] if found.lstrip().startswith("- ")), None)
            offset = len(listed) - len(listed.lstrip()) - mapping if listed is not None and mapping else 0
            return (mapping or 2, offset + 2, offset) if offset >= 0 else (2, 2, 0)
    return 2, 2, 0


def _load(path: Path, text: str) -> Any:
    try:
        document = _yaml(_indents(text)).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        problem = problem.partition(" with value ")[0]  # of a duplicate key, which may be a secret
        raise PimctlError(f"{path}{line} is not valid YAML: {problem}. Correct it, then try again.") from None
    if not isinstance(document, dict):
        raise PimctlError(f"{path} holds no settings: restore it, for instance by git checkout meltano.yml.")
    try:
        shape.check(document)
    except PimctlError as error:
        raise PimctlError(f"{path}: {error}. Correct it, then try again.") from None
    return document


def _dump(document: Any, text: str) -> str:
    written = io.StringIO()
    _yaml(_indents(text)).dump(document, written)
    return written.getvalue()


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise PimctlError(f"{path} is missing: restore it, or go to the project's folder.") from None
    except UnicodeDecodeError:
        raise PimctlError(f"{path} is not UTF-8: save it as UTF-8, then try again.") from None


def _written_beside(path: Path, text: str, mode: int | None, stack: ExitStack) -> Path:
    """Write what is to take a file's place beside it, and return where; the stack takes it away if it is still there.

    It has the old owner, and the old mode unless one is given.
    """
    old = path.stat() if path.exists() else path.parent.stat()
    if mode is None:
        mode = stat.S_IMODE(old.st_mode)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name.lstrip('.')}.")
    stack.callback(Path(name).unlink, missing_ok=True)
    with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123  a file descriptor
        file.write(text)
        file.flush()
        os.fchmod(file.fileno(), mode)
        if os.geteuid() == 0:
            os.fchown(file.fileno(), old.st_uid, old.st_gid)
        os.fsync(file.fileno())
    return Path(name)
