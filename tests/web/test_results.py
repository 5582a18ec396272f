"""Answers on the query page: views chosen from the data, whole or marked, downloads, the address as the state."""

from __future__ import annotations

import html
import re
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from pyoxigraph import RdfFormat, Store

from biokg.errors import BioKGError, DeadlineExceeded, QueryRefused, ReachesOutside, TooLarge
from biokg.execution.explaining import Explainer, _empty_store, _planned, _program
from biokg.sparql.prefixes import with_prefixes
from biokg.web.asking import Value
from biokg.web.results.asked import Asked
from biokg.web.results.chart import ticks
from biokg.web.results.roles import roles_of, views_of, year_of
from biokg.web.results.ties import pairs

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from biokg.knowledge.build import Publication

XSD = "http://www.w3.org/2001/XMLSchema#"
BROWSER = {"Accept": "text/html"}


def number(text: str, kind: str = "integer") -> Value:
    return Value(text, datatype=XSD + kind)


def thing(name: str) -> Value:
    return Value(name, iri=f"http://example.org/{name}")


FIRM = {"firm": thing("a"), "n": number("3")}
CASES: list[tuple[str, list[dict[str, Any]], set[str]]] = [
    ("a label and a number", [FIRM, {"firm": thing("b"), "n": number("5")}], {"table", "chart"}),
    ("one row", [FIRM], {"table"}),
    ("two resources", [{"a": thing("a"), "b": thing("b")}], {"table", "network"}),
    ("coordinates", [{"lat": number("50.8", "decimal"), "long": number("4.3", "decimal")}] * 2, {"table", "map"}),
    ("a shape", [{"where": Value("POINT(4.3 50.8)")}], {"table", "map"}),
    ("a region's code", [{"code": Value("BE2")}, {"code": Value("BE10")}], {"table", "map"}),
    (
        "dates and names",
        [{"what": Value("x"), "day": number("2016-01-31", "date")}, {"what": Value("y"), "day": None}],
        {"table", "timeline"},
    ),
    ("nothing bound", [{"a": None}], {"table"}),
]


@pytest.mark.parametrize(("rows", "views"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_views_follow_from_what_the_columns_hold(rows: list[dict[str, Any]], views: set[str]) -> None:
    assert views <= set(views_of(roles_of(tuple(rows[0]), rows), rows, graph=False, located=False))
    extra = set(views_of(roles_of(tuple(rows[0]), rows), rows, graph=False, located=False)) - views
    assert extra <= {"chart"}, "coordinates are numbers too"


def test_a_year_is_told_from_a_number_by_its_name_and_size() -> None:
    def role(name: str, text: str, kind: str = "integer") -> tuple[str, ...]:
        return roles_of((name,), [{name: number(text, kind)}]).times

    assert role("year", "2016") == ("year",)
    assert role("firms", "2016") == ()
    assert role("year", "12") == ()
    assert role("anything", "2016", "gYear") == ("anything",)
    assert year_of(Value("2016-07-02")) == 2016.5
    assert year_of(Value("12016-07-02")) is None


def test_ticks_are_round_and_few() -> None:
    assert ticks(0, 4) == [0, 1, 2, 3, 4]
    assert ticks(0, 97) == [0, 20, 40, 60, 80]
    assert ticks(1997, 2025, 10) == [2000, 2005, 2010, 2015, 2020, 2025]
    assert ticks(5, 5) == [5]


def test_a_line_over_time_is_broken_where_years_have_no_row() -> None:
    from biokg.web.results.chart import layout

    def drawn(*years: int) -> str:
        n = Value("2", datatype=XSD + "integer")
        rows = [{"year": Value(str(year), datatype=XSD + "integer"), "n": n} for year in years]
        line: str = layout(rows, roles_of(("year", "n"), rows), "year", "n").context["series"][0]["line"]
        return "".join(step for step in line if step in "ML")

    assert drawn(1998, 1999, 2000, 2004, 2005) == "MLLML"
    assert drawn(1990, 1995, 2000, 2005) == "MLLL", "what is counted every five years is joined"


def test_a_page_says_the_name_of_a_thing_once_and_its_files_keep_both(client: FlaskClient) -> None:
    page = client.get("/query/firm-register", headers={"Accept": "text/html"}).text
    assert ">firm</th>" in page
    assert "firmLabel</th>" not in page
    assert "firmLabel" in client.get("/query/firm-register.csv").text.splitlines()[0]


def test_types_and_literals_are_no_ties() -> None:
    rdf_type = Value("is a", iri="http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    rows: list[Any] = [
        {"subject": thing("a"), "property": rdf_type, "object": thing("C")},
        {"subject": thing("a"), "property": thing("p"), "object": Value("text")},
        {"subject": thing("a"), "property": thing("p"), "object": thing("b")},
    ]
    assert [(a.text, b.text) for a, b, _ in pairs(rows, "subject", "object")] == [("a", "b")]


def ask(client: FlaskClient, suffix: str = "", **fields: str) -> Any:
    return client.get(f"/query{suffix}?{urlencode(fields)}", headers=BROWSER if not suffix else {})


def examples(client: FlaskClient) -> list[tuple[str, str]]:
    page = client.get("/query", headers=BROWSER).text
    nav = page[page.index('aria-label="Examples"') : page.index('id="editor"')]
    return [(html.unescape(a), b) for a, b in re.findall(r'href="(/query\?[^"#]*)#result">([^<]+)<', nav)]


def test_every_example_is_answered_and_shown_as_it_says(client: FlaskClient) -> None:
    found = examples(client)
    assert len(found) >= 6
    shown = set()
    for address, title in found:
        wanted = dict(parse_qsl(urlsplit(address).query))
        page = client.get(address, headers=BROWSER)
        assert page.status_code == 200, title
        assert "Complete: " in page.text, title
        assert "Complete: 0 " not in page.text, title
        current = re.search(r'data-show="(\w+)"[^>]*aria-current="true"', page.text)
        assert current is not None
        assert current[1] == wanted["show"], title
        assert ('class="drawing' in page.text) == (wanted["show"] != "table"), title
        shown.add(wanted["show"])
    assert shown == {"table", "chart", "map", "network", "timeline"}


@pytest.mark.parametrize("show", ["chart", "map", "network", "timeline"])
def test_a_picture_is_taken_as_svg_and_png_with_its_origin(client: FlaskClient, show: str) -> None:
    address = next(a for a, _ in examples(client) if f"show={show}" in a)
    drawn = client.get(address.replace("/query?", "/query.svg?"))
    assert drawn.mimetype == "image/svg+xml"
    assert "BioKG, version" in drawn.text
    assert 'href="/' not in drawn.text, "a file's links lead out of it"
    png = client.get(address.replace("/query?", "/query.png?"))
    assert png.data.startswith(b"\x89PNG")


def test_a_cut_table_says_so_and_counts_all(client: FlaskClient) -> None:
    page = ask(client, query="SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } LIMIT 7000", show="network")
    assert "Cut on this page: the first 500 of 7\u202f000" in page.text
    assert "Drawn from the first 2\u202f000 of 7\u202f000 rows" in page.text


QUERY = "SELECT ?a WHERE { ?a a bkg:Cluster } ORDER BY ?a"


@pytest.mark.parametrize("suffix", ["csv", "tsv", "json", "xml", "parquet"])
def test_the_whole_answer_is_downloaded_without_declaring_prefixes(client: FlaskClient, suffix: str) -> None:
    answer = ask(client, f".{suffix}", query=QUERY)
    assert answer.status_code == 200
    assert f"biokg-answer.{suffix}" in answer.headers["Content-Disposition"]
    graph = ask(client, ".ttl", query="CONSTRUCT { ?a a bkg:Cluster } WHERE { ?a a bkg:Cluster }")
    assert b"Cluster" in graph.data


def test_what_is_no_format_is_told_with_those_that_are(client: FlaskClient) -> None:
    assert ask(client, ".docx", query=QUERY).status_code == 404
    assert "parquet" in ask(client, ".docx", query=QUERY).text
    assert ask(client, ".csv").status_code == 400
    assert ask(client, ".svg", query="ASK {}").status_code == 400


def test_inferred_statements_and_later_layers_can_be_left_out(client: FlaskClient) -> None:
    def count(**fields: str) -> int:
        answer = ask(client, ".csv", query="SELECT (COUNT(*) AS ?n) { ?s a ?c }", **fields)
        return int(answer.text.splitlines()[1])

    everything, stated = count(), count(inferred="no")
    assert count(view="dissertation") < everything
    assert 0 < count(view="dissertation", inferred="no") < stated < everything


def test_the_address_says_what_is_not_usual_and_nothing_else() -> None:
    assert Asked("ASK {}").fields == {"query": "ASK {}"}
    asked = Asked("ASK {}", "to-2016", False, "map", "a", "b", "30")
    assert Asked.of(dict(parse_qsl(urlsplit(asked.address).query))) == asked
    assert asked.shown_as("chart") == Asked("ASK {}", "to-2016", False, "chart", timeout="30")


def test_a_view_that_does_not_fit_gives_way_and_a_wrong_one_is_named(client: FlaskClient) -> None:
    page = ask(client, query=QUERY, show="timeline")
    assert page.status_code == 200
    assert 'data-show="table"' in page.text or "Rows of" in page.text or "<table" in page.text
    wrong = ask(client, query=QUERY, show="pie")
    assert wrong.status_code == 400
    assert "one of: table, chart, map, network, timeline" in wrong.text


def test_the_place_of_a_mistake_is_that_in_the_text_as_written(client: FlaskClient) -> None:
    page = ask(client, query="SELECT ?a WHERE { ?a a bkg:Cluster ;; ) }")
    place = re.search(r'data-line="(\d+)" data-column="(\d+)"', page.text)
    assert place is not None
    assert (place[1], place[2]) == ("1", "39")
    assert "this ) closes nothing" in page.text


@pytest.mark.parametrize(
    ("text", "said", "at"),
    [
        ("ASK {\n ?a ?b [ ?c ?d }", "this } closes nothing; open is the [ of line 2", (2, 16)),
        ("ASK { ?a ?b ?c", "this { is never closed", (1, 5)),
        ("SELECT * {\n ?a foo:bar ?b }", "the prefix foo: is not declared", (2, 5)),
        ("SELECT * { ?a ?b ?c } LIMT 3", "LIMT is no word of SPARQL", (1, 23)),
    ],
)
def test_common_mistakes_are_named_where_they_are(
    client: FlaskClient, text: str, said: str, at: tuple[int, int]
) -> None:
    page = html.unescape(ask(client, query=text).text)
    assert said in page
    assert f'data-line="{at[0]}" data-column="{at[1]}"' in page


def test_an_empty_answer_names_what_the_graph_does_not_know(client: FlaskClient) -> None:
    page = client.get("/query?" + urlencode({"query": "SELECT ?x { ?x a bkg:Alliace }"})).text
    assert "did you mean bkg:Alliance?" in page
    known = client.get("/query?" + urlencode({"query": 'SELECT ?x { ?x a bkg:Alliance ; rdfs:label "none" }'})).text
    assert "says nothing of" not in known


def test_no_valid_query_of_ours_has_a_fault() -> None:
    from biokg.queries import catalogue
    from biokg.sparql.faults import fault_in

    assert {name: fault for name, query in catalogue().items() if (fault := fault_in(query.text))} == {}


def test_the_engine_tells_its_plan_on_request(client: FlaskClient) -> None:
    page = ask(client, query=QUERY, plan="yes")
    assert "QuadPattern(?a rdf:type bkg:Cluster)" in html.unescape(page.text)
    assert "QuadPattern" not in ask(client, query=QUERY).text
    refused = ask(client, query="SELECT * { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }", plan="yes")
    assert "QuadPattern" not in refused.text


def test_a_plan_never_goes_to_the_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as decoy:
        decoy.settimeout(0.2)
        address = f"http://127.0.0.1:{decoy.getsockname()[1]}/sparql"
        with pytest.raises(ReachesOutside):
            Explainer().plan(f"SELECT * {{ SERVICE <{address}> {{ ?a ?b ?c }} }}")
        with _empty_store() as folder, suppress(BioKGError):
            _planned(_program(), folder, f"SELECT * {{ SERVICE <{address}> {{ ?a ?b ?c }} }}", "json")
        with pytest.raises(TimeoutError):
            decoy.accept()


def test_the_plan_does_not_depend_on_the_data(publication: Publication) -> None:
    text = "SELECT ?p WHERE { ?r bkg:playedBy ?p . ?a bkg:hasRole ?r ; a bkg:Alliance . ?s bkg:stateOf ?p }"
    text = with_prefixes(text)
    with _empty_store() as folder:
        empty = _planned(_program(), folder, text, "json").step
        store = Store(str(folder / "store"))
        store.bulk_load(publication.path.read_bytes(), RdfFormat.N_QUADS)
        store.flush()
        del store
        assert _planned(_program(), folder, text, "json").step == empty
    assert str(empty).count("QuadPattern") == 4


def test_planning_is_stopped_at_its_limits() -> None:
    values = " ".join(str(n) for n in range(3000))
    heavy = " ".join(f"VALUES ?x{n} {{ {values} }}" for n in range(4))
    with pytest.raises((DeadlineExceeded, TooLarge, QueryRefused)):
        Explainer().plan(f"SELECT (COUNT(*) AS ?n) {{ {heavy} }}")
