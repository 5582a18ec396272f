"""Explore, search, the query page and the REST interface answer what they say they answer."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from biokg.queries import catalogue
from biokg.web.searching import folded

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from biokg.store.base import Store

HTML = {"Accept": "text/html"}


def rows(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("kind", ["organization", "alliance", "policy"])
def test_a_facet_count_is_what_a_click_brings(client: FlaskClient, kind: str) -> None:
    from biokg.web.facets import facets, kind_named, ready, select

    with client.application.test_request_context("/"):
        of = ready(kind_named(kind))
        start, _ = facets(of, {})
        chosen = {start[0].name: [start[0].choices[0].key]}
        for facet in facets(of, chosen)[0][1:4]:
            for choice in facet.choices[:6]:
                assert choice.count == len(select(of, {**chosen, facet.name: [choice.key]})), (facet.name, choice.key)


def test_undated_alliances_are_found_under_not_stated(client: FlaskClient, store: Store) -> None:
    from biokg.terms import ONTOLOGY

    undated = store.select(
        f"SELECT DISTINCT ?a WHERE {{ ?a a <{ONTOLOGY}Alliance> FILTER NOT EXISTS {{ "
        f"?e a <{ONTOLOGY}SigningEvent> ; <{ONTOLOGY}eventOf> ?a ; <{ONTOLOGY}year> ?y }} }}"
    )
    wanted = {row[0].value for row in undated.rows}  # type: ignore[union-attr]
    shown = rows(client, "/explore?kind=alliance&year=not-stated&format=csv")
    assert {row["name_iri"] for row in shown} == wanted
    assert wanted


def test_a_selection_is_exported_whole(client: FlaskClient) -> None:
    everything = rows(client, "/explore?kind=alliance&format=csv")
    as_json = json.loads(client.get("/explore?kind=alliance&format=json").data)
    assert len(everything) == len(as_json) > 150


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("galapgos", "Galapagos"),
        ("Universite de Liege", "Liège"),
        ("ARGENX", "argenx"),
        ("thrombogenic", "ThromboGenics"),
    ],
)
def test_search_forgives_accents_case_and_typing_errors(client: FlaskClient, typed: str, wanted: str) -> None:
    hits = json.loads(client.get("/api/search", query_string={"q": typed}).data)
    assert any(wanted in hit["label"] for hit in hits[:5]), hits[:5]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("anti-IL-6R", "/id/alliance/ablynx-abbvie-2013"),
        ("vobarilizumb arthritis", "/id/alliance/ablynx-abbvie-2013"),
        ("network organisation cluster", "/id/evidence/ev-001"),
        ("firm comes under the control", "/ontology/AcquisitionEvent"),
    ],
)
def test_search_finds_words_of_descriptions_with_the_place_shown(client: FlaskClient, typed: str, wanted: str) -> None:
    page = client.get("/search", query_string={"q": typed}, headers=HTML)
    assert wanted in page.text, typed


def test_a_text_in_explore_searches_descriptions_and_parts_too(client: FlaskClient) -> None:
    found = json.loads(client.get("/explore.json?kind=alliance&q=Nanobdy").data)
    assert 3 < len(found) < 100
    assert any("Nanobod" in row["name"]["label"] for row in found)


def test_counting_says_what_it_left_out_and_goes_on(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from biokg.web import facets

    with client.application.test_request_context("/"):
        asking = sys.modules["biokg.web.asking"]
        monkeypatch.setitem(asking.kept("facets"), ("policy", "en"), facets._things(facets.kind_named("policy")))
        monkeypatch.setattr(facets, "SECONDS", -1.0)
        page = client.get("/explore?kind=policy", headers=HTML).text
        assert "Counting stopped after its time budget: not counted yet are" in page
        chosen = json.loads(client.get("/explore.json?kind=policy&region=not-stated").data)
        everything = json.loads(client.get("/explore.json?kind=policy").data)
        assert len(chosen) < len(everything), "a choice is never dropped because its facet was not read yet"
        assert "Counting stopped" not in client.get("/explore?kind=policy", headers=HTML).text
        monkeypatch.setattr(facets, "COUNTING", -1.0)
        assert "lower bounds" in client.get("/explore?kind=statement", headers=HTML).text


def test_a_selection_has_a_picture_of_its_own(client: FlaskClient) -> None:
    page = client.get("/explore?kind=organization&by=region&show=map", headers=HTML).text
    assert "drawing-result-map" in page
    assert client.get("/explore.svg?kind=alliance&by=year").mimetype == "image/svg+xml"
    assert client.get("/explore.png?kind=alliance&by=type").data.startswith(b"\x89PNG")
    assert client.get("/explore.docx?kind=alliance").status_code == 404


def test_folding_drops_accents_and_signs() -> None:
    assert folded("  Université-de  LIÈGE ") == "universite de liege"


def test_every_canned_query_answers_over_rest_the_same_in_each_format(client: FlaskClient) -> None:
    for name, query in catalogue().items():
        if any(p.default is None for p in query.parameters):
            continue
        document = client.get(f"/api/queries/{name}")
        assert document.status_code == 200, (name, document.text[:300])
        held = json.loads(document.data)
        assert held["count"] == len(held["rows"]) == len(rows(client, f"/api/queries/{name}?format=csv")), name


def test_a_wrong_parameter_is_refused_with_what_to_do(client: FlaskClient) -> None:
    name = next(iter(catalogue()))
    answer = client.get(f"/api/queries/{name}?nonsense=1")
    assert answer.status_code == 400
    assert "nonsense" in json.loads(answer.data)["detail"]
    page = client.get(f"/query/{name}?nonsense=1", headers=HTML)
    assert page.status_code == 400
    assert "nonsense" in page.text


def test_the_api_description_covers_every_canned_query(client: FlaskClient) -> None:
    described = json.loads(client.get("/api/openapi.json").data)
    assert {f"/api/queries/{name}" for name in catalogue()} <= set(described["paths"])


def test_the_query_page_shows_the_answer_and_says_whether_it_is_whole(client: FlaskClient) -> None:
    page = client.get("/query", query_string={"query": "SELECT ?a WHERE { ?a a bkg:Alliance }"}, headers=HTML)
    assert page.status_code == 200
    assert "Complete: " in page.text
    cut = client.get("/query", query_string={"query": "SELECT * WHERE { ?s ?p ?o } LIMIT 900"}, headers=HTML)
    assert "Cut on this page: the first 500 of 900" in cut.text


def test_the_query_page_says_where_a_mistake_is(client: FlaskClient) -> None:
    page = client.get("/query", query_string={"query": "SELECT ?a WHERE {\n ?a a bkg:Alliance ;; ) }"}, headers=HTML)
    assert page.status_code == 400
    assert "line 2" in page.text
    assert 'data-line="2"' in page.text


def test_the_query_page_asks_and_constructs(client: FlaskClient) -> None:
    assert "<strong>yes</strong>" in client.get("/query?query=ASK{?s ?p ?o}", headers=HTML).text
    page = client.get("/query", query_string={"query": "CONSTRUCT WHERE { ?s a bkg:Cluster }"}, headers=HTML)
    assert "triples" in page.text


def test_a_row_leads_to_its_statements_and_back(client: FlaskClient) -> None:
    page = client.get("/data/tables/alliances/ablynx-wyeth-2006", headers=HTML)
    assert "/id/alliance/ablynx-wyeth-2006" in page.text
    back = client.get("/id/alliance/ablynx-wyeth-2006", headers=HTML)
    assert "/data/tables/alliances/ablynx-wyeth-2006" in back.text


def test_a_table_is_served_as_it_stands(client: FlaskClient, settings: object) -> None:
    from biokg.settings import Settings

    assert isinstance(settings, Settings)
    assert client.get("/data/tables/alliances.csv").data == (settings.data_folder / "alliances.csv").read_bytes()
    assert client.get("/data/tables/..%2f..%2fpyproject").status_code == 404


def test_the_whole_graph_can_be_downloaded(client: FlaskClient, store: Store) -> None:
    quads = client.get("/data/download/biokg.nq").data
    assert quads.count(b"\n") == sum(1 for _ in store.quads())


@pytest.mark.parametrize(
    ("asked", "href"),
    [
        ("firms with no alliance", "/query/h2-firms-without"),
        ("which univeristies had spin-offs?", "/query/h1-spin-offs-by-parent"),
        ("Which partners do Walloon companies have", "/query/h2-alliances-by-partner"),
        ("what contradicts H2", "/hypotheses/H2"),
        ("how can I cite this", "/data#cite"),
    ],
)
def test_a_question_in_plain_words_leads_to_where_it_is_answered(client: FlaskClient, asked: str, href: str) -> None:
    page = client.get("/search", query_string={"q": asked}, headers=HTML).text
    fitting = page.partition('id="answers"')[2].partition("</section>")[0]
    assert f'href="{href}"' in fitting


def test_a_name_in_a_question_is_found_and_little_words_find_nothing(client: FlaskClient) -> None:
    found = client.get("/search?q=which+spin-offs+come+from+KU+Leuven&format=json").json
    assert found[0]["label"] == "KU Leuven"
    page = client.get("/search?q=which+of+the", headers=HTML).text
    assert 'id="answers"' not in page


def test_years_are_chosen_from_one_to_another(client: FlaskClient) -> None:
    asked = client.get("/explore?kind=policy&region=not-stated&range=launched&from=1997&to=2004", headers=HTML)
    assert asked.status_code == 302
    assert asked.headers["Location"] == "/explore?kind=policy&region=not-stated&launched=1997..2004"
    several = client.get("/explore.json?kind=policy&launched=1997..2004").json
    one_by_one = "&".join(f"launched={year}" for year in range(1997, 2005))
    assert several == client.get(f"/explore.json?kind=policy&{one_by_one}").json
    assert 0 < len(several) < len(client.get("/explore.json?kind=policy&launched=..2004").json)
    assert client.get("/explore.json?kind=policy&launched=3000..").json == []
    page = client.get("/explore?kind=policy&launched=1997..2004", headers=HTML).text
    assert "launched: 1997 to 2004" in page


def test_a_selection_is_taken_with_the_sources_of_each_thing(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/explore.csv?kind=alliance&q=wyeth").text)))
    assert rows
    assert all("http" in row["sources"] for row in rows)


def test_a_firm_is_chosen_by_whom_it_is_allied_with_and_where_it_came_from(client: FlaskClient) -> None:
    large = "https://w3id.org/biokg/scheme/organization-type/big-pharma"
    allied = {
        row["name"]["label"] for row in client.get(f"/explore.json?kind=organization&alliances+with={large}").json
    }
    assert "Ablynx" in allied
    leuven = "https://w3id.org/biokg/id/organization/ku-leuven"
    from_there = client.get(f"/explore.json?kind=organization&came+from={leuven}").json
    assert "reMYND" in {row["name"]["label"] for row in from_there}
    assert "What came out of it" in client.get("/id/organization/ku-leuven", headers=HTML).text


def test_the_choices_of_a_form_are_named_and_an_open_one_is_no_column(client: FlaskClient) -> None:
    page = client.get("/query/h2-firms-without", headers=HTML).text
    assert '<option value="bks:nbf-sample/candidate-2016">candidate of 2016</option>' in page
    assert ">sample</th>" not in page
