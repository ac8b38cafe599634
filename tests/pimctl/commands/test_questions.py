"""The questions of ``pimctl stores add`` on a real terminal of 80 columns, plain and coloured, to the letter."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from demo_store import Server, Store, serve
from demo_store.faults import path
from pimctl.project import Project
from pimctl.stores import operations, registry
from tests.pimctl.conftest import CHECKOUT
from tests.pimctl.stores.conftest import MELTANO
from tests.support.terminal import Terminal, in_words, pimctl_on_terminal

KEY, SECRET, COMPONENTS, EVERY = "(ck_...): ", "(cs_...): ", "[all but reviews]: ", "[1h]: "
QUESTIONS = (KEY, SECRET, COMPONENTS, EVERY)

ADDED = """\
Consumer key (ck_...): 
Consumer secret (cs_...): 
What do you want to sync?
   1  products          texts, prices, stock, images, meta data
   2  variations        variations of variable products
   3  categories        product categories with their tree
   4  tags              product tags
   5  brands            product brands, where the store has them
   6  attributes        global attributes and their terms
   7  shipping_classes  product shipping classes
   8  tax_classes       tax classes
   9  custom_fields     names of custom fields, where the store lists them
  10  reviews           product reviews, without the reviewers' email
Numbers or names, separated by commas [all but reviews]: 10,prices
Error: "prices" is not a sync component: choose from products, variations, categories, tags, brands, attributes, shipping_classes, tax_classes, custom_fields, reviews.
Numbers or names, separated by commas [all but reviews]: 10,tags
reviews needs products, so products is synced too.
Sync every (15m, 1h, 6h, 1d; none for no schedule) [1h]: 7m
Error: "7m" is not an interval: give one that divides an hour or a day, such as 15m, 1h, 6h or 1d, or cron fields with --cron "0 3 * * 1".
Sync every (15m, 1h, 6h, 1d; none for no schedule) [1h]: none
Checking https://localhost:PORT
  <green>✓<> settings valid
  <green>✓<> address reachable
  <green>✓<> TLS certificate trusted
  <green>✓<> WordPress there
  <green>✓<> REST API there
  <green>✓<> WooCommerce there
  <green>✓<> key recognised
  <green>✓<> secret right
  <green>✓<> key may read
  <green>✓<> products                285 rows
  <green>✓<> tags                    200 rows
  <green>✓<> reviews                  54 rows
  <green>✓<> store found
Found Lab wc9: WooCommerce 9.9.5, WordPress 6.9, EUR, Europe/Berlin
Saved tap-woo-pim--eu in meltano.yml, its key and secret in .env.
Sync it with: pimctl sync eu
"""  # noqa: E501, W291  as the terminal got it
REFUSED = """\
  <green>✓<> key recognised
  <red>✗<> secret right: the secret does not belong to this key
pimctl: eu was not added: the secret does not belong to this key. Enter the consumer_secret that was shown when this \
key was made. If it is lost, make a new key.
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(Store.recorded("9.9.5", "9.9.5")) as running:
        yield running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "meltano.yml").write_text(MELTANO, encoding="utf-8")
    return tmp_path


def adding(root: Path, server: Server, **variables: str) -> AbstractContextManager[Terminal]:
    left_out = ("MELTANO_", "NO_COLOR", "PIM", "TAP_", "FORCE_COLOR", "PY_COLORS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    environment = {**kept, "PYTHONPATH": str(CHECKOUT), **variables}
    options = ("--url", server.url, "--set", f"ca_bundle={server.ca_bundle}", "--no-sync")
    return pimctl_on_terminal(root, "stores", "add", "eu", *options, environment=environment)


def answer_all(terminal: Terminal, server: Server, secret: str = "") -> None:
    key = server.store.key()
    terminal.answer(KEY, key.consumer_key)
    terminal.answer(SECRET, secret or key.consumer_secret)
    terminal.answer(COMPONENTS, "10,prices")
    terminal.answer(COMPONENTS, "10,tags")
    terminal.answer(EVERY, "7m")
    terminal.answer(EVERY, "none")


def shown(terminal: Terminal, server: Server) -> str:
    return in_words(terminal.shown).replace(str(server.port), "PORT")


def test_wrong_answer_is_asked_again_and_a_needed_component_brought_along(root: Path, server: Server) -> None:
    with adding(root, server) as terminal:
        answer_all(terminal, server)
        assert terminal.end() == 0

    assert shown(terminal, server) == ADDED
    (store,) = registry.list_stores(Project(root))
    assert (store.components, store.cron) == (("products", "tags", "reviews"), None)


def test_terminal_without_colours_gets_the_same_text(root: Path, server: Server) -> None:
    with adding(root, server, NO_COLOR="1") as terminal:
        answer_all(terminal, server)
        assert terminal.end() == 0

    assert "\x1b[3" not in terminal.shown
    assert shown(terminal, server) == re.sub("<[a-z]*>", "", ADDED)


def test_failed_check_is_shown_and_writes_nothing(root: Path, server: Server) -> None:
    with adding(root, server) as terminal:
        answer_all(terminal, server, secret="cs_" + "9" * 40)
        assert terminal.end() == 1

    assert shown(terminal, server).endswith(REFUSED)
    assert [file.name for file in root.iterdir()] == ["meltano.yml"]
    assert (root / "meltano.yml").read_text(encoding="utf-8") == MELTANO


@pytest.mark.parametrize("answered", range(4))
def test_ctrl_c_at_a_question_writes_nothing(root: Path, server: Server, answered: int) -> None:
    key = server.store.key()
    with adding(root, server) as terminal:
        for question, text in zip(QUESTIONS[:answered], (key.consumer_key, key.consumer_secret, "tags"), strict=False):
            terminal.answer(question, text)
        terminal.wait_for(QUESTIONS[answered])
        assert terminal.interrupt() in {130, -signal.SIGINT}  # the second where it is pressed again while it ends

    assert "\npimctl: stopped before it was done.\n" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert [file.name for file in root.iterdir()] == ["meltano.yml"]


def test_ctrl_c_during_the_check_writes_nothing(root: Path, server: Server) -> None:
    key = server.store.key()
    rule = server.store.faults.add("never_answers", path("/products/tags$"))
    with adding(root, server) as terminal:
        for question, text in zip(QUESTIONS, (key.consumer_key, key.consumer_secret, "tags", "none"), strict=True):
            terminal.answer(question, text)
        terminal.wait_for("key may read")
        assert terminal.interrupt() in {130, -signal.SIGINT}
    server.store.faults.remove(rule)

    assert terminal.shown.endswith("\npimctl: stopped before it was done.\n")
    assert "Traceback" not in terminal.shown
    assert [file.name for file in root.iterdir()] == ["meltano.yml"]
    assert (root / "meltano.yml").read_text(encoding="utf-8") == MELTANO


@pytest.mark.long
def test_result_of_the_check_is_there_2_seconds_after_enter(root: Path, server: Server) -> None:
    key = server.store.key()
    seconds = []
    for _ in range(3):  # the best of three, as the machine may be busy
        with adding(root, server) as terminal:
            for question, text in zip(QUESTIONS, (key.consumer_key, key.consumer_secret, "all"), strict=False):
                terminal.answer(question, text)
            terminal.answer(EVERY, "none")
            began = time.monotonic()
            terminal.wait_for("store found")
            seconds.append(time.monotonic() - began)
            assert terminal.end() == 0
        operations.forget(Project(root), registry.find(Project(root), "eu"))

    assert min(seconds) < 2, seconds
