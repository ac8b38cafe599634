"""The PHP ways of speaking: JSON, query strings, links, and the cutting of fields."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_store import fields
from demo_store.php import add_query_arg, encode, parse_list, parse_query

pytestmark = pytest.mark.unit

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_encoded_json_means_the_same_and_is_ascii(value: Any) -> None:
    assert encode(value).isascii()
    assert json.loads(encode(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a/b", r'"a\/b"'),
        ("Größe 👍", r'"Gr\u00f6\u00dfe \ud83d\udc4d"'),
        ({"a": [1, 2.5, None, True]}, '{"a":[1,2.5,null,true]}'),
        ('\x01\x1f\n\t"\\', r'"\u0001\u001f\n\t\"\\"'),
        (2**70, str(2**70)),
        ([], "[]"),
    ],
)
def test_json_is_spelt_as_php_spells_it(value: object, text: str) -> None:
    assert encode(value) == text.encode()


@pytest.mark.parametrize(
    ("query", "parsed"),
    [
        ("a=1&b=x%20y+z", {"a": "1", "b": "x y z"}),
        ("a[]=1&a[]=2", {"a": {"0": "1", "1": "2"}}),
        ("a[k][l]=1", {"a": {"k": {"l": "1"}}}),
        ("a=1&a=2&&", {"a": "2"}),
        ("flag", {"flag": ""}),
        ("", {}),
    ],
)
def test_query_is_read_as_php_reads_it(query: str, parsed: dict[str, object]) -> None:
    assert parse_query(query) == parsed


def test_links_repeat_the_query_as_wordpress_does() -> None:
    base = add_query_arg("https://s/x", {"f": "a,b", "t": True, "no": False, "l": ["x", "y"], "s": "a+b/c="})
    assert base == "https://s/x?f=a,b&t=1&l%5B0%5D=x&l%5B1%5D=y&s=a+b/c"
    again = add_query_arg(base, {"page": 2})
    assert again == "https://s/x?f=a%2Cb&t=1&l%5B0%5D=x&l%5B1%5D=y&s=a+b%2Fc&page=2"


def test_lists_are_split_on_commas_and_blanks() -> None:
    assert parse_list(" a, b\tc,,d ") == ["a", "b", "c", "d"]
    assert parse_list({"0": "a", "1": "b"}) == ["a", "b"]


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        ("id", {"id": 1}),
        ("id, dimensions.length", {"id": 1, "dimensions": {"length": "3"}}),
        ("meta_data.key", {"meta_data": []}),
        ("meta_data.0.key", {"meta_data": [{"key": "k"}]}),
        ("nonsense", []),
        ("meta_data,meta_data.key,id", {"meta_data": [{"key": "k", "value": 2}]}),
    ],
)
def test_fields_are_cut_as_wordpress_cuts_them(names: str, kept: object) -> None:
    row = {"id": 1, "dimensions": {"length": "3", "width": ""}, "meta_data": [{"key": "k", "value": 2}]}
    assert fields.cut(row, fields.wanted(names)) == kept
