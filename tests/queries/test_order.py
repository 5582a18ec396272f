"""Rows are ordered after the answer exactly as the engine would have ordered them in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Store

from biokg.queries.order import in_order, without_order
from biokg.terms import PREFIXES

XSD = PREFIXES["xsd"]
iris = st.sampled_from(["http://e/1", "http://e/10", "http://e/2", "http://e/é", "http://e/A"]).map(NamedNode)
integers = st.integers(-50, 50).map(Literal)
decimals = st.decimals(-9, 9, places=2).map(lambda value: Literal(f"{value:f}", datatype=NamedNode(XSD + "decimal")))
strings = st.sampled_from(["", "a", "A", "b", "10", "9", "ä", "𐀀", "\uffff"]).map(Literal)
english = st.sampled_from(["a", "A", "b"]).map(lambda value: Literal(value, language="en"))
dates = st.dates().map(lambda day: Literal(day.isoformat(), datatype=NamedNode(XSD + "date")))
truths = st.booleans().map(Literal)
COLUMNS = (iris, st.one_of(integers, decimals), strings, english, dates, truths)


@given(
    st.sampled_from(COLUMNS).flatmap(
        lambda first: st.sampled_from(COLUMNS).flatmap(
            lambda second: st.lists(st.tuples(st.none() | first, st.none() | iris | second), max_size=12)
        )
    ),
    st.tuples(st.booleans(), st.booleans()),
)
def test_rows_stand_in_the_order_that_the_engine_makes(
    rows: list[tuple[NamedNode | Literal | None, ...]], down: tuple[bool, bool]
) -> None:
    numbered = [(*row, Literal(place)) for place, row in enumerate(rows)]
    held = " ".join(f"({' '.join('UNDEF' if cell is None else str(cell) for cell in row)})" for row in numbered)
    order = " ".join(f"DESC({name})" if falls else name for name, falls in zip(("?a", "?b"), down, strict=True))
    text = f"SELECT ?a ?b ?n WHERE {{ VALUES (?a ?b ?n) {{ {held} }} }} ORDER BY {order} ?n"
    expected = [tuple(row) for row in Store().query(text)]  # type: ignore[union-attr]
    rest, keys = without_order(text)
    assert "ORDER" not in rest
    assert in_order([tuple(row) for row in Store().query(rest)], ("a", "b", "n"), keys) == expected  # type: ignore[union-attr]


def test_an_order_by_more_than_variables_is_left_to_the_engine() -> None:
    for clause in ("ORDER BY STR(?a)", "ORDER BY ?a LIMIT 2", "ORDER BY ?a # why", ""):
        text = f"SELECT ?a WHERE {{ ?a ?b ?c }} {clause}"
        assert without_order(text) == (text, ())


def test_what_has_no_value_to_order_by_stands_last_among_its_kind() -> None:
    odd = [Literal("NaN", datatype=NamedNode(XSD + "double")), Literal("x", datatype=NamedNode(XSD + "integer"))]
    rows = [(term,) for term in (*odd, Literal(7), NamedNode("http://e/1"), BlankNode("b"), None)]
    ordered = [row[0] for row in in_order(list(rows), ("a",), (("a", False),))]
    assert ordered == [None, BlankNode("b"), NamedNode("http://e/1"), Literal(7), *odd]
