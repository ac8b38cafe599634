"""The check says what is well and what is not, step by step, and a sync begins with it."""

from __future__ import annotations

import json

import pytest

from demo_store import Store
from demo_store.answer import Answer
from demo_store.faults import FAULTS, nth, path
from demo_store.faults.base import Exchange, Fault
from demo_store.faults.bodies import BodyChanged, HtmlPage
from demo_store.faults.statuses import Status
from tap_woo_pim.config.settings import COMPONENTS, CONFIG_JSONSCHEMA
from tests.support.stage import Stage

TICK, CROSS = "\N{CHECK MARK}", "\N{BALLOT X}"
STEPS = [
    "settings valid",
    "address reachable",
    "TLS certificate trusted",
    "WordPress there",
    "REST API there",
    "WooCommerce there",
    "key recognised",
    "secret right",
    "key may read",
]


def test_list_of_a_good_key(stage: Stage) -> None:
    store = Store.recorded("9.9.5")
    server = stage.serve(store)
    ended = stage.run(stage.config(server, sync_components=list(COMPONENTS)), "--test")
    assert ended.code == 0
    count = {
        "products": len([row for row in store.rows("products") if row["status"] != "trash"]),
        "categories": len(store.rows("categories")),
        "tags": len(store.rows("tags")),
        "brands": len(store.rows("brands")),
        "attributes": len(store.rows("attributes")),
        "reviews": len(store.rows("reviews")),
        "custom_fields": len(store.rows("custom_field_names")),
    }
    lines = ended.out.splitlines()
    assert lines[: len(STEPS)] == [f"{TICK} {step}" for step in STEPS]
    ticked = dict(
        line.removeprefix(f"{TICK} ").partition(": ")[::2] for line in lines[len(STEPS) :] if line.startswith(TICK)
    )
    assert set(ticked) == set(COMPONENTS)
    for component, rows in count.items():
        assert ticked[component] == f"{rows:,} rows"
    assert "a sync also brings the products and variations in the trash" in ended.out
    described = "\n".join(line for line in lines if not line.startswith(TICK))
    for fact in ("WooCommerce 9.9.5", "WordPress 6.9", "Currency EUR", "units kg and cm", "Europe/Berlin", "basic"):
        assert fact in described


def test_list_names_the_step_that_fails_and_stops_there(stage: Stage) -> None:
    server = stage.serve()
    ended = stage.run(stage.config(server, consumer_secret="cs_" + "0" * 40), "--test")
    assert ended.code == 1
    *well, failed = ended.out.splitlines()
    assert well == [f"{TICK} {step}" for step in STEPS[:7]]
    assert failed.startswith(f"{CROSS} secret right: the secret does not belong to this key.")
    assert ended.last_line.startswith(f"store ({server.url}), all components: the secret does not belong to this key.")


def test_list_names_every_component_that_fails(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    key = server.store.add_key(user_role="catalogue_editor")
    server.store.faults.add(Status(403), path("products/tags$"))
    config = stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)
    ended = stage.run(config, "--test")
    assert ended.code == 1
    failed = [line.partition(":")[0] for line in ended.out.splitlines() if line.startswith(CROSS)]
    assert sorted(failed) == [f"{CROSS} tags", f"{CROSS} tax_classes"]
    assert f"{TICK} products: 1,903 rows" in ended.out


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (Status(500), "it answered with server error 500"),
        (HtmlPage(200), "a firewall or bot protection answers instead of the store (status 200)"),
        (BodyChanged(lambda _: b'{"code":"internal"}'), "it answered with something that is not a list"),
        (FAULTS["never_answers"](), "it did not answer within 1 s"),
    ],
    ids=["server error", "firewall", "error of status 200", "no answer"],
)
def test_list_has_a_cross_for_a_component_that_fails_just_now(stage: Stage, fault: Fault, cause: str) -> None:
    server = stage.serve()
    server.store.faults.add(fault, path("products/tags$"))
    config = stage.config(server, sync_components=["tags", "brands"], max_retries=1, request_timeout_seconds=1)
    ended = stage.run(config, "--test")
    assert ended.code == 1
    assert any(line.startswith(f"{CROSS} tags: {cause}.") for line in ended.out.splitlines())
    assert f"{TICK} brands: 0 rows" in ended.out
    assert ended.last_line.startswith(f"store ({server.url}), tags: {cause}.")


def test_list_has_question_marks_for_what_the_store_fails_to_tell_of_itself(stage: Stage) -> None:
    server = stage.serve()
    server.store.faults.add(Status(500), path("/settings/|/system_status$"))
    ended = stage.run(stage.config(server, sync_components=["brands"], max_retries=1), "--test")
    assert ended.code == 0
    assert "WooCommerce ?, WordPress ?\n" in ended.out
    assert not any(line.startswith("{") for line in ended.out.splitlines())


def test_component_that_fails_once_gets_its_tick(stage: Stage) -> None:
    server = stage.serve()
    server.store.faults.add("status", path("products/categories$") & nth(1))
    ended = stage.run(stage.config(server, sync_components=["categories"], max_retries=1), "--test")
    assert ended.code == 0
    assert f"{TICK} categories: 1 row\n" in ended.out


@pytest.mark.parametrize("status", [403, 404, 500])
def test_list_tells_that_the_routes_are_blocked(stage: Stage, status: int) -> None:
    server = stage.serve()
    server.store.faults.add(Status(status), path("/wc/v3$"))
    ended = stage.run(stage.config(server), "--test")
    assert ended.code == 1
    *well, failed = ended.out.splitlines()
    assert well == [f"{TICK} {step}" for step in STEPS[: len(well)]]
    assert failed.startswith(f"{CROSS} {STEPS[len(well)]}: ")
    assert ended.last_line.endswith(failed.partition(": ")[2])


def test_list_of_a_key_that_may_view_nothing_ends_at_that_step(stage: Stage) -> None:
    server = stage.serve()
    key = server.store.add_key(user_role="customer")
    config = stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)
    ended = stage.run(config, "--test")
    *well, failed = ended.out.splitlines()
    assert well == [f"{TICK} {step}" for step in STEPS[:8]]
    assert failed.startswith(f"{CROSS} key may read: this key's user may not view any part of the catalogue.")


def test_list_ticks_no_certificate_that_nobody_looked_at(stage: Stage) -> None:
    plain = stage.run(stage.config(stage.serve(tls=False)), "--test")
    assert plain.out.splitlines()[2] == (
        "? TLS certificate trusted: not checked, since the store is reached over plain http"
    )
    expired = stage.serve(context=stage.authority.expired())
    unverified = stage.run(stage.config(expired, verify_tls=False), "--test")
    assert unverified.out.splitlines()[2] == "? TLS certificate trusted: not checked, since verify_tls is off"


def test_list_tells_what_would_be_better(stage: Stage) -> None:
    server = stage.serve()
    server.store.strips_authorization = True
    ended = stage.run(stage.config(server), "--test")
    assert ended.code == 0
    assert "Better: its web server removes the Authorization header" in ended.out
    assert "Better" not in stage.run(stage.config(server, auth_method="query"), "--test").out


class Denied(Status):
    """What WooCommerce answers to a key whose user may not view a list."""

    async def before(self, exchange: Exchange) -> Answer:
        answer = await super().before(exchange)
        answer.body = b'{"code":"woocommerce_rest_cannot_view","message":"Sorry.","data":{"status":403}}'
        return answer


def test_key_that_may_view_all_but_products_may_read(stage: Stage) -> None:
    server = stage.serve()
    server.store.faults.add(Denied(403), path("wc/v3/products$"))
    ended = stage.run(stage.config(server, sync_components=["products", "tags"]), "--test")
    assert ended.code == 1
    assert f"{TICK} key may read\n" in ended.out
    assert f"{CROSS} products: this key's user may not view this." in ended.out
    assert f"{TICK} tags: 0 rows\n" in ended.out


def test_products_are_tried_as_they_will_be_asked_for(stage: Stage) -> None:
    server = stage.serve()
    assert stage.run(stage.config(server, sync_components=["products"], content="raw"), "--test").code == 0
    assert "edit" in {request.query.get("context") for request in server.requests}


def test_several_components_without_rights_are_all_named(stage: Stage) -> None:
    server = stage.serve()
    server.store.faults.add(Denied(403), path("products/(tags|brands)$"))
    ended = stage.run(stage.config(server))
    assert ended.last_line.startswith(f"store ({server.url}), brands, tags: this key's user may not view this.")


def test_component_left_out_of_the_components_is_not_asked_for(stage: Stage) -> None:
    server = stage.serve()
    key = server.store.add_key(user_role="catalogue_editor")
    components = [component for component in COMPONENTS if component != "tax_classes"]
    config = stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)
    assert stage.run(config | {"sync_components": components}).code == 0
    assert not any("taxes" in request.path for request in server.requests)


def test_stream_deselected_in_the_catalogue_is_not_asked_for(stage: Stage) -> None:
    server = stage.serve()
    key = server.store.add_key(user_role="catalogue_editor")
    config = stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)
    catalogue = json.loads(stage.run(config, "--discover").out)
    (taxes,) = (stream for stream in catalogue["streams"] if stream["stream"] == "tax_classes")
    (whole,) = (entry for entry in taxes["metadata"] if entry["breadcrumb"] == [])
    whole["metadata"]["selected"] = False
    (stage.folder / "catalogue.json").write_text(json.dumps(catalogue))
    ended = stage.run(config, "--catalog", str(stage.folder / "catalogue.json"))
    assert ended.code == 0, ended.err
    assert not any("taxes" in request.path for request in server.requests)


def test_empty_store_passes(stage: Stage) -> None:
    ended = stage.run(stage.config(stage.serve()))
    assert ended.code == 0
    assert len(ended.rows("stores")) == 1


def test_component_that_fails_for_the_moment_does_not_fail_the_check(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    server.store.faults.add("status", path("products/tags$") & nth(1))
    ended = stage.run(stage.config(server, sync_components=["tags"]))
    assert ended.code == 0
    assert len(ended.rows("product_tags")) == len(server.store.rows("tags"))


@pytest.mark.parametrize("status", [429, 503])
def test_store_that_asks_for_a_long_wait_is_not_waited_for_in_silence(stage: Stage, status: int) -> None:
    server = stage.serve()
    server.store.faults.add(Status(status, 3600))
    ended = stage.run(stage.config(server, max_retries=1))
    assert ended.code == 1
    assert ended.err.count("Trying again in 5 s") == len(server.requests) - 1 == 1


@pytest.mark.parametrize("broken", ["settings", "kind", "address", "key"])
def test_discovery_succeeds_without_the_store_so_that_meltano_shows_the_cause(stage: Stage, broken: str) -> None:
    server = stage.serve()
    config = stage.config(server, sync_components=["tags"])
    whole = {stream["stream"] for stream in json.loads(stage.run(config, "--discover").out)["streams"]}
    wrong = {
        "settings": {"consumer_key": "", "page_size": "many"},
        "kind": {"auth_method": "Basic"},
        "address": {"site_url": "https://store.invalid"},
        "key": {"consumer_key": "ck_" + "0" * 40},
    }[broken]
    ended = stage.run(config | wrong, "--discover")
    assert ended.code == 0
    assert {stream["stream"] for stream in json.loads(ended.out)["streams"]} >= whole


def test_schema_test_of_the_sdk_still_works(stage: Stage) -> None:
    ended = stage.run(stage.config(stage.serve(), sync_components=["tags"]), "--test=schema")
    assert ended.code == 0
    assert {message["type"] for message in ended.messages} == {"SCHEMA"}


def test_setting_that_is_null_has_its_default(stage: Stage) -> None:
    config = stage.config(stage.serve(Store.recorded("9.9.5")))
    names = {*CONFIG_JSONSCHEMA["properties"]} - config.keys()
    ended = stage.run(config | dict.fromkeys(names) | {"max_retries": None}, "--test")
    assert ended.code == 0, ended.err
    assert "authentication method basic" in ended.out


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("", "is not JSON"),
        ('{"site_url":', "is not JSON"),
        ("[1]", "is JSON of another kind"),
        ("null", "is JSON of another kind"),
        ("\ud800", "is not JSON"),
    ],
)
def test_file_of_settings_that_is_none_is_named(stage: Stage, text: str | None, problem: str) -> None:
    file = stage.folder / "settings.json"
    if text is not None:
        file.write_text(text, encoding="utf-8", errors="surrogatepass")
    ended = stage.run(stage.config(stage.serve()), "--config", str(file))
    assert ended.code == 1
    assert ended.last_line == (
        f'--config names {file}, which {problem}. Give a JSON file as {{"site_url": "https://store.example", ...}}.'
    )


def test_fault_of_the_tap_itself_ends_in_one_line_without_the_key(stage: Stage) -> None:
    server = stage.serve()
    config = stage.config(server)
    (stage.folder / "sitecustomize.py").write_text(
        "import tap_woo_pim.tap as tap\n"
        "def broken(connection, probes):\n"
        "    raise RuntimeError(f'{connection.settings!r}')\n"
        "tap.check_components = broken\n"
    )
    stage.paths.append(stage.folder)
    ended = stage.run(config)
    assert ended.code == 1
    assert "RuntimeError" in ended.err
    assert ended.last_line == "The tap failed because of a bug, described above. Please report it."
