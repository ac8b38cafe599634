"""Certificates and proxies are those of the settings, and else those of the environment."""

from __future__ import annotations

import pytest

from demo_store import Store
from tests.support.certificates import Authority, self_signed
from tests.support.stage import TAGS, Stage, all_tags, tags


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_authorities_of_the_environment_are_trusted(stage: Stage, variable: str) -> None:
    server = stage.serve(Store.recorded())
    stage.environment[variable] = str(stage.authority.file)
    assert tags(stage.run(stage.config(server, ca_bundle=None, **TAGS))) == all_tags(server.store)


def test_ca_bundle_comes_before_the_environment(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    other = stage.folder / "other"
    other.mkdir()
    stage.environment["REQUESTS_CA_BUNDLE"] = str(Authority(other).file)
    assert tags(stage.run(stage.config(server, **TAGS))) == all_tags(server.store)
    assert stage.run(stage.config(server, ca_bundle=None, **TAGS)).code == 1


def test_self_signed_certificate_can_be_trusted_by_its_file(stage: Stage) -> None:
    server = stage.serve(Store.recorded(), context=self_signed(stage.folder))
    config = stage.config(server, ca_bundle=str(stage.folder / "self_signed.pem"), **TAGS)
    assert tags(stage.run(config)) == all_tags(server.store)


def test_verify_tls_off_warns_once_and_lets_any_certificate_pass(stage: Stage) -> None:
    server = stage.serve(Store.recorded(), context=stage.authority.expired())
    stage.environment["REQUESTS_CA_BUNDLE"] = str(stage.authority.file)
    ended = stage.run(stage.config(server, verify_tls=False, ca_bundle=None, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert ended.err.count("verify_tls is off") == 1
    assert "InsecureRequestWarning" not in ended.err


def test_ca_bundle_that_holds_no_certificate_is_named(stage: Stage) -> None:
    server = stage.serve()
    (stage.folder / "empty.pem").write_text("nothing\n")
    ended = stage.run(stage.config(server, ca_bundle=str(stage.folder / "empty.pem")))
    assert "the file of trusted certificate authorities cannot be read" in ended.last_line


def test_ca_bundle_that_is_not_there_is_named(stage: Stage) -> None:
    ended = stage.run(stage.config(stage.serve(), ca_bundle=str(stage.folder / "missing.pem")))
    assert f"ca_bundle names {stage.folder / 'missing.pem'}, which is not a file." in ended.last_line


def test_proxy_of_the_environment_is_used(stage: Stage) -> None:
    server = stage.serve(Store.recorded(), context=stage.authority.context("store.example"))
    gateway = stage.gateway(store_example=server)
    ended = stage.run(stage.config(server, site_url="https://store.example", **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert set(gateway.asked) == {"store.example:443"}


def test_no_proxy_of_the_environment_is_heeded(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    gateway = stage.gateway()
    stage.environment["NO_PROXY"] = "localhost"
    assert tags(stage.run(stage.config(server, **TAGS))) == all_tags(server.store)
    assert gateway.asked == []
