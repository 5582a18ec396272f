"""Every canned query runs as it stands, is totally ordered, and says what its header says."""

import json
import re
from collections import Counter

import pytest
from pyoxigraph import Literal, NamedNode

from biokg.errors import UsageError
from biokg.queries import CannedQuery, Table, bind, catalogue, run
from biokg.queries.binding import to_term
from biokg.queries.header import slots
from biokg.queries.run import find_view
from biokg.store.base import Store
from biokg.terms import VIEWS

QUERIES = list(catalogue().values())
NOTHING_YET = {"measure-founding-rates", "business-model-portfolios", "pipeline-states", "recommendation-evidence"}


def named(query: CannedQuery) -> str:
    return query.name


def test_there_are_at_least_ten_queries_for_each_hypothesis_and_the_across_list() -> None:
    groups = Counter(query.group for query in QUERIES)
    assert all(groups[group] >= 10 for group in ("h1", "h2", "h3", "h4", "across")), groups


def test_each_hypothesis_has_queries_that_counter_it() -> None:
    for hypothesis in ("h1", "h2", "h3", "h4"):
        assert sum(query.hypothesis == hypothesis and query.role == "counters" for query in QUERIES) >= 3


@pytest.mark.parametrize("query", QUERIES, ids=named)
def test_the_file_holds_the_defaults_its_header_declares(query: CannedQuery) -> None:
    held = {slot.name: query.text[slot.start : slot.end].strip() for slot in slots(query.text)}
    for parameter in query.parameters:
        inside = held[parameter.name]
        if parameter.default is None:
            assert inside == "UNDEF"
        else:
            assert inside in (parameter.default, str(to_term(parameter.type, parameter.default)))


@pytest.mark.parametrize("query", QUERIES, ids=named)
def test_rows_are_totally_ordered(query: CannedQuery) -> None:
    body = query.text[query.text.index("SELECT") :]
    head = body[: body.index("WHERE")]
    projected = set(re.findall(r"AS (\?\w+)\)", head)) | set(
        re.findall(r"(\?\w+)", re.sub(r"\([^()]*(\([^()]*\))*[^()]*AS \?\w+\)", "", head))
    )
    order = body[body.rindex("ORDER BY") :]
    assert projected <= set(re.findall(r"\?\w+", order))
    assert not re.search(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\s*\(", body)


@pytest.mark.parametrize("query", QUERIES, ids=named)
def test_no_answer_holds_a_boolean_that_the_query_writes(query: CannedQuery) -> None:
    """Virtuoso answers a written ``true`` with the number 1: STRDT makes a boolean everywhere."""
    assert not re.search(r"\b(true|false|EXISTS\s*\{[^{}]*\}|BOUND\([^()]*\))\s+AS\b", query.text, re.IGNORECASE)


@pytest.mark.parametrize("query", QUERIES, ids=named)
def test_it_runs_as_it_stands_and_bound_in_every_view(query: CannedQuery, store: Store) -> None:
    for view in VIEWS:
        plain = store.select(query.text, default_graphs=VIEWS[view].graphs)
        table = run(store, query, view=view)
        assert table.variables == tuple(plain.variables)
        assert [tuple(row) for row in plain.rows] == list(table.rows)
        assert len(table) < 10_000
    assert table.rows or query.name in NOTHING_YET, "no row in the widest view: is the vocabulary right?"


def test_an_unknown_view_is_refused() -> None:
    with pytest.raises(UsageError, match="no view"):
        find_view("everything")


def test_a_table_exports_plain_values_csv_and_json() -> None:
    table = Table(("a", "b", "c"), ((NamedNode("http://e/1"), Literal(2), None), (Literal('x"y'), Literal(True), None)))
    assert table.records()[0] == {"a": "http://e/1", "b": 2, "c": None}
    assert table.column("b") == [2, True]
    assert table.to_csv() == 'a,b,c\r\nhttp://e/1,2,\r\n"x""y",true,\r\n'
    bindings = json.loads(table.to_json())["results"]["bindings"]
    assert bindings[0]["a"] == {"type": "uri", "value": "http://e/1"}
    assert "c" not in bindings[0]
    assert bindings[0]["b"]["datatype"].endswith("integer")


def test_a_parameter_narrows_the_answer(store: Store) -> None:
    every = run(store, "h1-instruments")
    one = run(store, "h1-instruments", {"region": "bki:region/flanders"})
    assert 0 < len(one) < len(every)
    assert set(one.column("region")) == {"https://w3id.org/biokg/id/region/flanders"}


def test_undated_rows_survive_a_year_filter(store: Store) -> None:
    every = run(store, "h2-alliances-by-year").records()
    late = run(store, "h2-alliances-by-year", {"from": 2100}).records()
    undated = [row for row in every if row["when"] == "year not stated"]
    assert undated
    assert late == undated


def test_binding_is_pure() -> None:
    query = catalogue()["h1-instruments"]
    assert bind(query) == bind(query)
    assert query.text == catalogue()["h1-instruments"].text
