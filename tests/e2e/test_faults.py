"""Whatever a server does, the real database ends up with exactly what the store serves, or the user is told plainly."""

from __future__ import annotations

import json
import random
import subprocess
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO

import pytest
import requests
from psycopg import sql
from singer_sdk.contrib.msgspec import encoder

from demo_store.faults import chance, path
from demo_store.faults.cases import cases
from tests.support import fault_run, served_rows
from tests.support.harness import Landing, Site, site
from tests.support.landed import Schema, by_key, differing
from tests.support.meltano_project import MeltanoProject

pytestmark = pytest.mark.long

SCHEMA = "faults"
STREAMS = ("products", "product_shipping_classes")
NAMES = list(cases(1, 2, 3))
MIXES = range(12)
"""Faults that stay for a whole run in `make test`; `make test-long` lets all of them stay."""

NAMED = {"all rows null", "no ids", *(name for name in NAMES if name.startswith("every third row"))}
"""Rows that cannot be told from one another: they are named, and the next run brings them."""
DEAD = {"a row that kills its page": 1, "two such rows at both ends": 2}
FAILED = {
    "connection refused": "the connection was refused",
    "host not found": "its host name was not found",
    "redirect to another host": "it redirects to another host, https://elsewhere.invalid",
    "redirect to a file": "it redirects to another host, file://",
    "redirect to nowhere": "it answered with HTTP status 302",
    "redirect in a circle": "it redirects in a circle",
    "key revoked": "the key was revoked while it was in use",
    "a list that ends early": "its pages do not fit together",
}
"""What ends a run at once, however seldom it happens."""
BOGUS = {name for name in NAMES if name.startswith("pages without end")}
"""Rows that the store made up: they are gone when the next whole read is complete, after the one that met them."""
NESTED = ("200 levels of nesting", "500 levels of nesting")
"""Too deep for what compares the other values, not for the database."""
ODD_VALUES = {
    "zero dates",
    "year 9999",
    "meta_data as an object",
    "a description of 10 MB",
    "lone surrogates",
    "NUL characters",
    "numbers beyond 64 bits",
    "control characters",
    "wrong types",
    *NESTED,
}


@dataclass
class Landed:
    """Runs that have ended, with their rows in the database.

    Attributes:
        outcomes: of the run in trouble, by fault and when it struck.
        kept: whether all rows of before were still live after it.
        odd: the rows that the store served while its values were odd, by fault.
    """

    schema: Schema
    outcomes: dict[tuple[str, str], fault_run.Outcome] = field(default_factory=dict)
    kept: dict[tuple[str, str], bool] = field(default_factory=dict)
    odd: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    served: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def differences(self, store_id: str) -> list[tuple[str, int]]:
        """Keys of all rows that differ from what the store serves, are missing, or are none of it."""
        found = []
        for stream in STREAMS:
            there = by_key(stream, self.served[stream], self.schema.types(stream))
            found += [(stream, key) for key in differing(self.schema.live(stream, store_id), there)]
        return found


def chosen(request: pytest.FixtureRequest, test: Any) -> list[Any]:
    """The parameters with which a test is going to run."""
    return [
        next(iter(item.callspec.params.values()))
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.function is test
    ]


@pytest.fixture(scope="module")
def landed(
    request: pytest.FixtureRequest, installed: MeltanoProject, tmp_path_factory: pytest.TempPathFactory
) -> Landed:
    """Let faults strike, at chosen, all and random requests, and load all that came of it by one real target."""
    store = fault_run.small_store()
    landed = Landed(Schema(installed, SCHEMA))
    messages = tmp_path_factory.mktemp("faults") / "messages.jsonl"
    installed.meltano("invoke", "pim-db:start")
    with pytest.MonkeyPatch.context() as patch, site(store) as served, messages.open("wb") as file:
        fault_run.quick(patch)
        for name in chosen(request, test_a_fault_that_strikes_twice_costs_no_row):
            let_strike(landed, served, file, name, "once")
        for name in chosen(request, test_a_fault_that_stays_ends_in_one_of_three_ways_and_the_next_run_makes_it_good):
            let_strike(landed, served, file, name, "always")
        for seed in chosen(request, test_three_faults_at_random_requests_are_made_good_by_the_next_run):
            mix(landed, served, file, seed)
        for name in (
            *chosen(request, test_odd_values_stand_in_the_database_in_their_column_or_in_extra_fields),
            *chosen(request, test_nested_values_stand_in_the_database_as_they_came),
        ):
            keep_odd(landed, served, file, name)
        landed.served = {stream: served_rows.served(store, stream) for stream in STREAMS}
    with messages.open("rb") as file:
        loader = landed.schema.loader(messages.parent, file, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        _, told = loader.communicate()
    assert loader.returncode == 0, told[-3000:].decode()
    return landed


def let_strike(landed: Landed, served: Site, file: BinaryIO, name: str, when: str) -> None:
    landing, store_id = Landing(), f"{name} {when}"
    if when == "always":
        assert fault_run.run(served, landing, store_id=store_id).is_complete
    before = {stream: landing.live(stream, store_id).keys() for stream in STREAMS}
    served.store.faults.add(fault_run.all_cases(served.store)[name](), fault_run.WHEN[when]())
    outcome = fault_run.run(served, landing, store_id=store_id, **fault_run.timeout(name))
    fault_run.heal(served)
    landed.outcomes[name, when] = outcome
    landed.kept[name, when] = all(landing.live(stream, store_id).keys() >= before[stream] for stream in STREAMS)
    again = 2 if name in BOGUS else when != "once" or name in ODD_VALUES or not outcome.is_complete
    for _ in range(again):
        assert fault_run.run(served, landing, store_id=store_id).is_complete, store_id
    write(landing, file)


def mix(landed: Landed, served: Site, file: BinaryIO, seed: int) -> None:
    """Let three faults strike at random in one run."""
    landing, makers = Landing(), fault_run.all_cases(served.store)
    for number, name in enumerate(random.Random(seed).sample(sorted({*NAMES} - {*fault_run.HANGS}), 3)):
        served.store.faults.add(makers[name](), path("/wc/v3/products") & chance(0.15, seed=10 * seed + number))
    landed.outcomes["three", f"at random {seed}"] = fault_run.run(served, landing, store_id=f"mix {seed}")
    fault_run.heal(served)
    for _ in range(2):  # some made rows up
        assert fault_run.run(served, landing, store_id=f"mix {seed}").is_complete
    write(landing, file)


def keep_odd(landed: Landed, served: Site, file: BinaryIO, name: str) -> None:
    landing = Landing()
    served.store.faults.add(fault_run.all_cases(served.store)[name](), fault_run.ROWS)
    assert fault_run.run(served, landing, store_id=name).is_complete, name
    key = served.store.key()
    landed.odd[name] = ask(served, key.consumer_key, key.consumer_secret)
    fault_run.heal(served)
    write(landing, file)


def ask(served: Site, *auth: str) -> list[dict[str, Any]]:
    """Ask for the rows as anybody would."""
    rows = []
    for status in ("any", "trash"):
        answer = requests.get(
            f"{served.server.url}/wp-json/wc/v3/products",
            params={"status": status, "per_page": 100, "offset": 0},
            auth=(auth[0], auth[1]),
            timeout=60,
            verify=str(served.server.ca_bundle),
        )
        answer.raise_for_status()
        rows += json.loads(answer.content, parse_float=Decimal)
    return rows


def write(landing: Landing, file: BinaryIO) -> None:
    for message in landing.messages:
        if message["type"] != "STATE":
            file.write(encoder.encode(message) + b"\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_that_strikes_twice_costs_no_row(landed: Landed, name: str) -> None:
    outcome = landed.outcomes[name, "once"]
    if name in FAILED and outcome.failure:
        assert FAILED[name] in outcome.failure
        assert fault_run.PLAIN.fullmatch(outcome.failure)
    elif name in {*NAMED, *BOGUS}:
        assert outcome.failure is None
    else:
        assert outcome.is_complete, outcome
    assert landed.differences(f"{name} once") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_that_stays_ends_in_one_of_three_ways_and_the_next_run_makes_it_good(landed: Landed, name: str) -> None:
    outcome = landed.outcomes[name, "always"]
    assert outcome.failure is None or fault_run.PLAIN.fullmatch(outcome.failure)
    if name in DEAD:
        assert (outcome.failure, outcome.named) == (None, DEAD[name])
    assert landed.kept[name, "always"]
    assert landed.differences(f"{name} always") == []


@pytest.mark.parametrize("seed", MIXES)
def test_three_faults_at_random_requests_are_made_good_by_the_next_run(landed: Landed, seed: int) -> None:
    outcome = landed.outcomes["three", f"at random {seed}"]
    assert outcome.failure is None or fault_run.PLAIN.fullmatch(outcome.failure)
    assert landed.differences(f"mix {seed}") == []


@pytest.mark.parametrize("name", sorted(ODD_VALUES - {*NESTED}))
def test_odd_values_stand_in_the_database_in_their_column_or_in_extra_fields(landed: Landed, name: str) -> None:
    rows, types = landed.schema.live("products", name), landed.schema.types("products")
    assert len(rows) == len(landed.odd[name]) > 20
    for sent in landed.odd[name]:
        row = rows[sent["id"]]
        extra = row["extra_fields"] or {}
        for field_name, value in sent.items():
            if field_name in served_rows.NOT_DATA:
                continue
            if field_name in extra:
                assert extra[field_name] == served_rows.tagged(stored(value))
                assert row.get(field_name) is None
            else:
                assert row[field_name] in fitting(value, types[field_name]), (field_name, value)


@pytest.mark.parametrize("name", NESTED)
def test_nested_values_stand_in_the_database_as_they_came(landed: Landed, name: str) -> None:
    query = sql.SQL(
        "select id, (extra_fields -> 'plugin_nest')::text as plugin, meta_data::text as meta from {}"
        " where store_id = %s"
    ).format(sql.Identifier(SCHEMA, "products"))
    with landed.schema.installed.database() as connection:
        found = connection.execute(query, [name]).fetchall()
    assert {row["id"]: (row["plugin"], row["meta"]) for row in found} == {
        row["id"]: (json.dumps(row["plugin_nest"]), json.dumps(row["meta_data"])) for row in landed.odd[name]
    }


def stored(value: Any) -> Any:
    """A value as PostgreSQL can hold it: texts without NUL characters and halves of pairs."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").replace("\ud83d", "\ufffd")
    if isinstance(value, list):
        return [stored(item) for item in value]
    if isinstance(value, dict):
        return {stored(name): stored(item) for name, item in value.items()}
    if isinstance(value, Decimal) and value > Decimal("1e309"):
        return str(value).lower().replace("e+", "e")
    return value


def fitting(sent: Any, kind: str) -> list[Any]:
    """What a column may hold for a value, none of which loses anything."""
    value = stored(sent)
    is_none = value is None or value is False or value in ("", [], {}) or str(value).startswith("0000-00-00")
    none = [None] if is_none else []
    if kind == "text":
        return [*none, str(value).lower() if isinstance(value, bool) else str(value)]
    if kind == "boolean":
        known = {"0": False, "1": True, 0: False, 1: True}
        return [*none, served_rows.tagged(value if isinstance(value, bool) else known.get(value))]
    if kind == "timestamp without time zone":
        return none or [served_rows.cell("", kind, value, "")]
    if kind in {"bigint", "numeric"}:
        return none or [Decimal(str(value))]
    assert kind == "jsonb"
    values = list(value.values()) if isinstance(value, dict) else value
    return [*none, served_rows.tagged(value), served_rows.tagged(values)]
