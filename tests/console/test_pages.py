"""The pages of products and health: what they show, how lists answer, and hostile texts."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import psycopg
import pytest
import requests

from pimctl import db
from pimctl.postgres.embedded import Embedded
from pimctl.project import Project
from tests.support.console import Running, new_project, runnable, start_console
from tests.support.small_model import FORMULA, HOSTILE

LINKS = re.compile(r'<th scope="row"><a href="/product\?[^"]*">([^<]*)</a>')


def names(console: Running, client: requests.Session, query: str = "") -> list[str]:
    answer = client.get(f"{console.address}/products?{query}")
    assert answer.status_code == 200
    return LINKS.findall(answer.text)


def read_csv(answer: requests.Response) -> list[dict[str, str]]:
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=mug-1", ["Blue mug"]),
        ("q=4006381333931", ["Blue mug"]),
        ("q=blue", ["Blue mug"]),
        ("q=shirt", ["Shirt", "Shirt - L"]),
        ("q=100%25", []),
        ("differs=any", ["Blue mug"]),
        ("differs=name", ["Blue mug"]),
        ("differs=gtin", []),
        ("store=eu&sort=name", ["&lt;script&gt;", "Blue mug", "Shirt"]),
        ("store=eu&sort=-name", ["Shirt", "Blue mug", "&lt;script&gt;"]),
        ("kind=variation", ["Shirt - L"]),
        ("check=no_price", ["Blue mug"]),
        ("gone=yes", ["Old mug"]),
        ("missing=us&kind=variable", ["Shirt"]),
    ],
)
def test_products_are_searched_filtered_and_sorted(
    console: Running, client: requests.Session, query: str, expected: list[str]
) -> None:
    assert [name.split("document")[0] for name in names(console, client, query)] == expected


def test_pages_of_a_list_have_every_row_once(console: Running, client: requests.Session) -> None:
    whole = [name for number in (1, 2, 3) for name in names(console, client, f"store=us&page={number}&sort=sku")]
    assert len(whole) == len(set(whole)) == 122
    assert names(console, client, "store=us&page=4&sort=sku") == []


def test_csv_has_all_that_is_filtered_and_no_formula(console: Running, client: requests.Session) -> None:
    rows = read_csv(client.get(f"{console.address}/products.csv?store=us"))
    assert len(rows) == 122
    assert {row["name"] for row in rows if row["sku"] == "A/B ../?&#%"} == {f"'{FORMULA}"}
    findings = read_csv(client.get(f"{console.address}/health/findings.csv?check=no_image"))
    assert len(findings) == 121


def test_nonsense_in_an_address_is_left_out(console: Running, client: requests.Session) -> None:
    for query in ("page=-1", "page=x", "page=99999999999", "sort=drop", "q=%00", "store=%00", "sort=-", "page=%C2%B2"):
        assert client.get(f"{console.address}/products?{query}").status_code == 200, query
        assert client.get(f"{console.address}/health/findings?{query}").status_code == 200, query
    for query in ("id=x&store=eu", "id=99999999999999999999&store=eu", "sku=none", "sku=%00", "store=%00&id=1", ""):
        assert client.get(f"{console.address}/product?{query}").status_code == 404, query


def test_product_shows_stores_side_by_side_and_marks_differences(console: Running, client: requests.Session) -> None:
    page = client.get(f"{console.address}/product", params={"sku": "MUG-1"}).text
    differing = re.findall(r'<tr class="differs"><th scope="row">(\w+)', page)
    assert differing == ["Name"]
    assert re.search(r"Blue mug.*Blue cup", page, re.DOTALL)
    assert "10 EUR" in page
    assert "12 USD" in page


def test_product_links_to_its_stores_own_admin_but_never_to_a_script(
    console: Running, client: requests.Session
) -> None:
    page = client.get(f"{console.address}/product", params={"sku": "MUG-1"}).text
    assert "https://eu.example/wp-admin/post.php?post=1&amp;action=edit" in page
    assert "javascript:" not in page
    variation = client.get(f"{console.address}/product", params={"sku": "SHIRT-L"}).text
    assert "https://eu.example/wp-admin/post.php?post=3&amp;action=edit" in variation  # WordPress edits the parent


def test_every_product_of_the_list_opens(console: Running, client: requests.Session) -> None:
    page = client.get(f"{console.address}/products?q=a&store=us").text
    links = re.findall(r'<th scope="row"><a href="(/product\?[^"]*)"', page)
    assert any("A%2FB+..%2F%3F%26%23%25" in link for link in links)
    for link in links[:3]:
        assert client.get(console.address + link.replace("&amp;", "&")).status_code == 200


def test_texts_of_stores_are_shown_and_never_run(console: Running, client: requests.Session) -> None:
    for path in (
        "/products?store=eu",
        "/product?store=eu&id=2",
        "/product?sku=MUG-1",
        "/health",
        "/health/findings?store=eu",
    ):
        page = client.get(console.address + path).text
        assert HOSTILE not in page
        assert runnable(page) == [], path
    page = client.get(f"{console.address}/product", params={"sku": "MUG-1"}).text
    assert "<p>Fine <b>mug</b></p>" in page
    picture = re.search(r'<img src="https://pictures.example/mug.png"[^>]*>', page)
    assert picture
    assert 'referrerpolicy="no-referrer"' in picture[0]
    assert 'loading="lazy"' in picture[0]


def test_pictures_can_be_turned_off(console: Running, client: requests.Session) -> None:
    page = client.get(f"{console.address}/account").text
    token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    headers = {"Origin": console.address}
    client.post(f"{console.address}/account/pictures", {"csrf": token}, headers=headers)
    answer = client.get(f"{console.address}/product", params={"sku": "MUG-1"})
    assert "<img" not in answer.text
    assert "img-src 'self';" in answer.headers["Content-Security-Policy"]


def test_health_shows_scores_findings_and_the_list_behind_each(console: Running, client: requests.Session) -> None:
    page = client.get(f"{console.address}/health").text
    assert re.findall(r'<b class="score"><data value="([\d.]+)"', page) == ["95.5", "90.1"]
    assert "/health/findings?check=no_image" in page
    assert '<data value="1">1</data> error</span>' in page
    assert '<bdi>EU store</bdi> <data value="1">1</data>' in page, "a name from right to left keeps its number"
    listed = client.get(f"{console.address}/health/findings?check=no_image&store=us").text
    assert '<data value="120">' in listed


def test_health_over_time_is_drawn_where_the_model_keeps_it(filled: Project) -> None:
    with psycopg.connect(db.current_url(filled), autocommit=True) as connection:
        connection.execute("create table pim.health_history (store_id text, built_at timestamp, score numeric)")
        try:
            connection.execute(
                "insert into pim.health_history select 'eu', timestamp '2026-11-01' + n * interval '1 day', 90 + n "
                "from generate_series(1, 5) as n"
            )
            with start_console(filled.root) as running, running.enter() as client:
                page = client.get(f"{running.address}/health").text
                assert "Score from 91 to 95 over 5 builds" in page
        finally:
            connection.execute("drop table pim.health_history")


def test_report_is_one_file_without_script_or_address(console: Running, client: requests.Session) -> None:
    report = client.get(f"{console.address}/health/report.html").text
    assert "There is no price, so nobody can buy it." in report
    assert not re.search(r"<(script|link|img|a|form)\b|@import|url\(", report)


def test_pages_say_that_nothing_has_arrived_yet(tmp_path: Path) -> None:
    with new_project(tmp_path) as project, start_console(project.root) as running, running.enter() as client:
        for path in ("/products", "/health", "/health/findings"):
            assert "Nothing has arrived yet" in client.get(running.address + path).text
        for path in ("/products.csv", "/health/findings.csv"):
            answer = client.get(running.address + path)
            assert (answer.status_code, "The PIM model is not there yet" in answer.text) == (503, True)
        Embedded(project).stop()
        answer = client.get(f"{running.address}/products")
        assert answer.status_code == 503
        assert "pimctl db start" in answer.text
        Embedded(project).start()
        assert client.get(f"{running.address}/products").status_code == 200
