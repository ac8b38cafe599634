"""Every column of every row in PostgreSQL against what the stores served, after the first sync of both."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from psycopg import sql

from demo_store import Store, serve
from pimctl.stores.store import BY_NAME
from tests.support import served_rows
from tests.support.landed import by_key, key_of
from tests.support.meltano_project import MeltanoProject
from tests.support.pipeline import Pipeline

STREAMS = {
    "us": set(served_rows.STREAM_KINDS),
    "eu": set(served_rows.STREAM_KINDS) - {"product_custom_fields", "product_reviews"},
}
"""What the two sample instances choose in meltano.yml."""


@pytest.mark.parametrize(
    ("store_id", "stream"), [(store_id, stream) for store_id in STREAMS for stream in sorted(STREAMS[store_id])]
)
def test_every_column_of_every_row_is_what_the_store_served(synced: MeltanoProject, store_id: str, stream: str) -> None:
    types = synced.types(stream)
    expected = by_key(stream, served_rows.served(synced.sites[store_id].store, stream), types)
    found = {row[key_of(stream)]: row for row in synced.rows(stream, store_id)}

    assert expected
    assert found.keys() == expected.keys()
    (store,) = synced.rows("stores", store_id)
    for identity, columns in expected.items():
        row = found[identity]
        assert (row.pop("store_id"), row.pop("synced_at")) == (store_id, store["synced_at"])
        assert served_rows.tagged(row) == columns, f"{store_id}, {stream} {identity}"


def test_every_row_of_the_oldest_version_is_what_the_store_served(installed: MeltanoProject, tmp_path: Path) -> None:
    installed.meltano("invoke", "pim-db:start")
    settings = {"sync_components": sorted(BY_NAME)}
    with serve(Store.recorded("5.9.0"), tls=True) as server:
        pipeline = Pipeline(installed, server, "oldest", tmp_path, settings=settings)
        outcome = pipeline.run()
        assert (outcome.tap, outcome.target) == (0, 0), outcome.told
        missing = {"product_brands", "product_custom_fields"}  # it has no such routes
        assert pipeline.differences(but=frozenset(missing)) == []
        assert pipeline.live_keys() == {key for key in pipeline.keys_in_the_store() if key[0] not in missing}
        assert pipeline.count() > 900


def test_jsonb_without_a_value_is_null_of_json_as_the_readme_says(synced: MeltanoProject) -> None:
    with synced.database() as connection:
        for stream in synced.tables():
            for name in (name for name, kind in synced.types(stream).items() if kind == "jsonb"):
                kinds = sql.SQL("select jsonb_typeof({}) as kind, count(*) as rows from {} group by 1").format(
                    sql.Identifier(name), sql.Identifier("woo", stream)
                )
                found = {row["kind"]: row["rows"] for row in connection.execute(kinds).fetchall()}
                assert None not in found, f"{stream}.{name} has {found[None]} nulls of SQL"
        (extra,) = connection.execute(
            "select jsonb_typeof(extra_fields) as kind, nullif(extra_fields, 'null') is null as is_none "
            "from woo.products group by 1, 2"
        ).fetchall()
    assert extra == {"kind": "null", "is_none": True}


@pytest.mark.parametrize("store_id", STREAMS)
def test_stores_row_says_what_the_store_says_of_itself(synced: MeltanoProject, store_id: str) -> None:
    site = synced.sites[store_id]
    key = site.store.key()

    def ask(path: str) -> Any:
        answer = requests.get(
            f"{site.url}/wp-json/{path}",
            auth=(key.consumer_key, key.consumer_secret),
            timeout=30,
            verify=str(site.ca_bundle),
        )
        answer.raise_for_status()
        return served_rows.exact(answer.content)

    index, currency = ask(""), ask("wc/v3/data/currencies/current")
    environment = ask("wc/v3/system_status")["environment"]
    settings = {
        setting["id"].removeprefix("woocommerce_"): setting.get("value")
        for group in ("general", "products", "tax")
        for setting in ask(f"wc/v3/settings/{group}")
    }
    (row,) = synced.rows("stores", store_id)
    synced_at = row.pop("synced_at")

    assert abs(synced_at - served_rows.utc(site.store.clock.now())) < timedelta(minutes=10)
    assert row == {
        "store_id": store_id,
        "name": index["name"],
        "description": index["description"],
        "url": index["url"],
        "home": index["home"],
        "gmt_offset": index["gmt_offset"],
        "timezone_string": index["timezone_string"] or None,
        "namespaces": index["namespaces"],
        "api_namespace": "wc/v3",
        "woocommerce_version": site.store.version,
        "wordpress_version": environment["wp_version"],
        "language": environment["language"],
        "currency": settings["currency"],
        "requested_currency": None,
        "currency_symbol": currency["symbol"],
        "currency_name": currency["name"],
        "currency_position": settings["currency_pos"],
        "price_thousand_separator": settings["price_thousand_sep"],
        "price_decimal_separator": settings["price_decimal_sep"],
        "price_decimals": int(settings["price_num_decimals"]),
        "prices_include_tax": settings["prices_include_tax"],
        "calculate_taxes": settings["calc_taxes"],
        "default_country": settings["default_country"],
        "weight_unit": settings["weight_unit"],
        "dimension_unit": settings["dimension_unit"],
        "manage_stock": settings["manage_stock"],
        "hide_out_of_stock_items": settings["hide_out_of_stock_items"],
        "settings": {
            f"woocommerce_{name}": value for name, value in settings.items() if name != "stock_email_recipient"
        },
        "extra_fields": {"authentication": index["authentication"]},
    }


@pytest.mark.parametrize("store_id", STREAMS)
def test_each_stream_read_whole_has_its_snapshot(synced: MeltanoProject, store_id: str) -> None:
    (store,) = synced.rows("stores", store_id)
    found = {row["stream"]: row for row in synced.rows("snapshots", store_id)}

    assert found.keys() == STREAMS[store_id]
    for stream, row in found.items():
        assert row["row_count"] == len(served_rows.served(synced.sites[store_id].store, stream)), stream
        assert row["started_at"] == store["synced_at"]
        assert row["started_at"] <= row["completed_at"] < row["started_at"] + timedelta(minutes=10)


@pytest.mark.parametrize("store_id", STREAMS)
def test_only_the_chosen_components_landed_and_nothing_was_unread(synced: MeltanoProject, store_id: str) -> None:
    landed = {stream for stream in synced.tables() if synced.rows(stream, store_id)}

    assert landed == STREAMS[store_id] | {"stores", "snapshots", "sync_runs"}
    assert "unread_rows" in synced.tables()


def test_tables_hold_the_taps_columns_alone_and_keys_begin_with_the_store(synced: MeltanoProject) -> None:
    for stream in synced.tables():
        columns = list(synced.types(stream))
        assert columns[0] == "store_id"
        assert not [name for name in columns if name.startswith("_sdc_")]
    with synced.database() as connection:
        found = connection.execute(
            "select conrelid::regclass::text as table, pg_get_constraintdef(oid) as key from pg_constraint "
            "where contype = 'p' and connamespace = 'woo'::regnamespace"
        ).fetchall()
    keys = {row["table"].removeprefix("woo."): row["key"] for row in found}
    by_id = dict.fromkeys(served_rows.STREAM_KINDS, "PRIMARY KEY (store_id, id)")
    assert keys == by_id | {
        "product_custom_fields": "PRIMARY KEY (store_id, name)",
        "snapshots": "PRIMARY KEY (store_id, stream)",
        "stores": "PRIMARY KEY (store_id)",
        "sync_runs": "PRIMARY KEY (store_id, started_at)",
        "tax_classes": "PRIMARY KEY (store_id, slug)",
        "unread_rows": 'PRIMARY KEY (store_id, stream, "position")',
    }
