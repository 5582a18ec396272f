"""The client for notebooks gives the same answers from this process and over HTTP, in typed frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import biokg
from biokg.client import Graph
from biokg.client.frames import typed_frame
from biokg.errors import QuerySyntaxError, RemoteEngineError, UsageError

if TYPE_CHECKING:
    from biokg.knowledge.build import Publication
    from biokg.store.base import Store

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module")
def local(store: Store, publication: Publication) -> Graph:
    return Graph(store, publication.version)


@pytest.fixture(scope="module")
def remote(server: Any) -> Iterator[Graph]:
    graph = biokg.connect(server.url)
    yield graph
    graph.close()


def literal(value: str, kind: str) -> Any:
    import pyoxigraph as ox

    return ox.Literal(value, datatype=ox.NamedNode(XSD + kind))


@pytest.mark.parametrize(
    ("terms", "dtype"),
    [
        ([("1", "integer"), None, ("3", "int")], "Int64"),
        ([("1", "integer"), ("2.5", "decimal")], "Float64"),
        ([("INF", "double"), None], "Float64"),
        ([("true", "boolean"), ("0", "boolean"), None], "boolean"),
        ([("2016-12-31", "date"), None], "datetime64[s]"),
        ([("2016-12-31T10:00:00Z", "dateTime")], "datetime64[s]"),
        ([("1", "integer"), ("one", "string")], "string"),
        ([("1" * 40, "integer")], "string"),
        ([("x", "integer")], "string"),
        ([None, None], "string"),
        ([], "string"),
    ],
)
def test_a_column_has_the_type_that_all_its_values_have(terms: list[tuple[str, str] | None], dtype: str) -> None:
    rows = [(None if term is None else literal(*term),) for term in terms]
    frame = typed_frame(("x",), rows)
    assert str(frame["x"].dtype).split("[python")[0] == dtype
    assert len(frame) == len(terms)
    assert list(frame["x"].isna()) == [term is None for term in terms]


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))))
def test_whole_numbers_are_kept_exactly(numbers: list[int | None]) -> None:
    frame = typed_frame(("n",), [(None if number is None else literal(str(number), "integer"),) for number in numbers])
    assert str(frame["n"].dtype).startswith("Int64" if any(number is not None for number in numbers) else "string")
    assert [None if missing else value for value, missing in zip(frame["n"], frame["n"].isna(), strict=True)] == numbers


@given(st.lists(st.dates(), min_size=1))
def test_dates_are_kept_exactly(dates: list[dt.date]) -> None:
    frame = typed_frame(("d",), [(literal(date.isoformat(), "date"),) for date in dates])
    assert [str(value)[:10] for value in frame["d"].to_numpy()] == [date.isoformat() for date in dates]


@pytest.mark.parametrize("view", ["dissertation", "to-2016", "all"])
@pytest.mark.parametrize("name", ["h2-alliances-by-partner", "firm-register", "h2-alliances-by-year"])
def test_a_service_answers_like_this_process(name: str, view: str, local: Graph, remote: Graph) -> None:
    here, there = local.query(name, view=view), remote.query(name, view=view)
    assert here.equals(there)
    assert list(here.dtypes) == list(there.dtypes)


def test_a_service_says_its_version(remote: Graph, publication: Publication) -> None:
    assert remote.version == publication.version
    assert publication.version[:12] in repr(remote)


def test_parameters_are_bound_as_terms(local: Graph) -> None:
    everything = local.query("h1-instruments-by-decade")
    flanders = local.query("h1-instruments-by-decade", region="bki:region/flanders")
    assert 0 < len(flanders) < len(everything)
    assert set(flanders["region"]) == {"https://w3id.org/biokg/id/region/flanders"}
    assert str(flanders["instruments"].dtype) == "Int64"


def test_sparql_answers_every_form(local: Graph, remote: Graph) -> None:
    for graph in (local, remote):
        count = graph.sparql("SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a bkg:Alliance }")
        assert not isinstance(count, bool)
        assert int(count["n"][0]) > 100
        assert graph.sparql("ASK { ?a a bkg:Alliance }") is True
        assert graph.sparql("ASK { ?a a bkg:Nothing }") is False
        triples = graph.sparql("CONSTRUCT { ?a a ?c } WHERE { ?a a bkg:Alliance, ?c } LIMIT 3")
        assert not isinstance(triples, bool)
        assert list(triples.columns) == ["subject", "predicate", "object"]
        assert len(triples) == 3


def test_the_catalogue_is_a_frame(local: Graph) -> None:
    from biokg.queries.catalogue import catalogue

    assert set(local.queries().index) == set(catalogue())


def test_a_hypothesis_is_the_same_from_both(local: Graph, remote: Graph) -> None:
    here, there = local.hypothesis("h2"), remote.hypothesis("H2")
    assert here.label == there.label == "H2"
    for view in here.views:
        assert here.verdict(view) == there.verdict(view)
        assert here.criteria(view).equals(there.criteria(view))
    assert len(here.evidence()) > 0


def test_a_hypothesis_shows_its_verdict_and_its_numbers(remote: Graph) -> None:
    from xml.etree import ElementTree

    assessed = remote.hypothesis("H2")
    shown = assessed._repr_html_()
    for view in assessed.views:
        assert assessed.verdict(view) in shown
        assert assessed.verdict(view) in repr(assessed)
    criteria = assessed.criteria()
    drawn = ElementTree.fromstring(assessed.chart())
    bars = [group for group in drawn if group.tag.endswith("}g")]
    assert len(bars) == int((criteria["low"].notna() & criteria["high"].notna()).sum()) > 0
    assert ((criteria["low"] <= criteria["high"]) | criteria["low"].isna()).all()


def test_what_is_wrong_is_said(local: Graph) -> None:
    with pytest.raises(UsageError, match="no canned query"):
        local.query("no-such-query")
    with pytest.raises(UsageError, match="H7"):
        local.hypothesis("H7")
    with pytest.raises(UsageError, match="no view"):
        local.query("firm-register", view="2016")
    with pytest.raises(UsageError, match="SERVICE"):
        local.sparql("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(QuerySyntaxError) as caught:
        local.sparql("SELECT ?x { ?x bkg:label }")
    assert (caught.value.line, caught.value.column) == (1, 26)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://no-such-host.invalid"])
def test_no_service_is_said(address: str) -> None:
    with pytest.raises(RemoteEngineError) as caught:
        biokg.connect(address)
    assert "biokg serve" in str(caught.value.fix)


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="http"):
        biokg.connect("file:///etc")


def test_inferred_statements_can_be_left_out(local: Graph, remote: Graph) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?s a ?c }"

    def count(graph: Graph, **how: Any) -> int:
        frame = graph.sparql(text, **how)
        assert not isinstance(frame, bool)
        return int(frame["n"][0])

    assert 0 < count(local, inferred=False) == count(remote, inferred=False) < count(local)
    assert 0 < count(local, view="dissertation", inferred=False) < count(local, view="dissertation")


def test_a_common_mistake_is_named_where_it_is(local: Graph, remote: Graph) -> None:
    for graph in (local, remote):
        with pytest.raises(QuerySyntaxError, match="the prefix foo: is not declared") as caught:
            graph.sparql("SELECT ?a WHERE {\n ?a foo:bar ?b }")
        assert (caught.value.line, caught.value.column) == (2, 5)
