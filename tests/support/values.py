"""Any value that a store may send in a field."""

from __future__ import annotations

from hypothesis import strategies as st

ODD = st.sampled_from(
    [
        *(False, True, "", "0", "1", "parent", "yes", 0, 1, -1, 2.5, 1e300, 10**30, -(2**63), 2**63, {}, [], [[]]),
        *("0000-00-00T00:00:00", "0000-00-00 00:00:00", "9999-12-31T23:59:59", "2026-02-30T00:00:00", "2026-1-1"),
        *("2026-11-23T21:50:56", "2026-11-23T21:50:56Z", "2026-11-23T21:50:56.123456", "٢٠٢٦-11-23T21:50:56"),
        *("13", "1e3", "-1", {"0": 1}),
    ]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
