"""What every page is promised to be had as, beside HTML."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

if TYPE_CHECKING:
    from flask.testing import FlaskClient

PLACES = [
    "/index",
    "/hypotheses",
    "/hypotheses/H3",
    "/data",
    "/data/tables/alliances",
    "/data/tables/alliances/ablynx-wyeth-2006",
    "/data/report",
    "/ontology",
    "/ontology/Alliance",
    "/id/organization/argenx",
    "/id/alliance/ablynx-wyeth-2006",
    "/id/region/flanders",
    "/id/asset/jetrea",
    "/id/document/dissertation",
    "/scheme/alliance-type",
    "/graph/dissertation",
]


@pytest.mark.parametrize("path", PLACES)
def test_a_page_can_be_had_as_a_table_and_as_rdf(client: FlaskClient, path: str) -> None:
    as_table = client.get(f"{path}.csv")
    assert (as_table.status_code, as_table.mimetype) == (200, "text/csv"), path
    rows = list(csv.reader(io.StringIO(as_table.text)))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    as_rdf = client.get(f"{path}.ttl")
    assert (as_rdf.status_code, as_rdf.mimetype) == (200, "text/turtle")
    assert any(True for _ in parse(as_rdf.data, format=RdfFormat.TURTLE))


@pytest.mark.parametrize("path", [p for p in PLACES if not p.startswith("/hypotheses/")])
def test_a_page_can_be_had_as_json_and_no_larger_than_it_need_be(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}.json")
    assert answer.mimetype == "application/json"
    assert answer.json
    assert len(answer.data) < 1_000_000 or path in {"/hypotheses", "/graph/dissertation"}


@pytest.mark.parametrize("path", ["/", "/data", "/id/organization/argenx", "/data/tables/alliances", "/data/report"])
@pytest.mark.parametrize("kind", ["application/json", "text/csv", "text/turtle"])
def test_the_accept_header_chooses_the_same_forms(client: FlaskClient, path: str, kind: str) -> None:
    suffix = {"application/json": "json", "text/csv": "csv", "text/turtle": "ttl"}[kind]
    named = client.get(f"{'/index' if path == '/' else path}.{suffix}")
    chosen = client.get(path, headers={"Accept": kind})
    assert chosen.mimetype == kind
    assert chosen.data == named.data
    assert "Accept" in chosen.headers["Vary"]


@pytest.mark.parametrize("path", ["/data.xml", "/hypotheses/H1.doc", "/data/report.pdf", "/data/tables/alliances.xlsx"])
def test_a_form_that_there_is_not_is_refused_with_those_there_are(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert ".csv" in answer.json["fix"]


def test_the_table_of_a_thing_leads_every_value_to_the_rows_that_state_it(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/id/alliance/ablynx-wyeth-2006.csv").text)))
    stated = [row for row in rows if row["layer"] and "inferred" not in row["layer"]]
    assert stated
    for row in stated:
        (source, *_) = row["source"].split()
        path = source.removeprefix("https://w3id.org/biokg")
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 200


def test_every_row_of_a_table_leads_to_statements_and_each_statement_back_to_its_row(client: FlaskClient) -> None:
    (first, *_) = client.get("/data/tables/policies.json").json["rows"]
    made = client.get(f"/data/tables/policies/{first['id']}.json").json["statements"]
    assert made
    page = client.get(
        made[0]["statement"]["iri"].removeprefix("https://w3id.org/biokg"), headers={"Accept": "text/html"}
    )
    assert f'href="/data/tables/policies/{first["id"]}"' in page.text


def test_a_table_without_statements_of_its_own_says_so_and_places_are_described(client: FlaskClient) -> None:
    places = client.get("/data/tables/links/places.ttl")
    assert "Zwijnaarde" in places.text
    assert "latitude" in places.text
    (first, *_) = client.get("/data/tables/links/places.json").json["rows"]
    made = client.get(f"/data/tables/links/places/{first['geonames_id']}.json").json["statements"]
    assert made[0]["thing"]["label"] == first["name"]
    refused = client.get("/data/tables/role_terms.ttl")
    assert refused.status_code == 404
    assert "/data/tables/role_terms.csv" in refused.json["fix"]
    page = client.get("/data/tables/role_terms", headers={"Accept": "text/html"}).text
    assert "they say how other tables are read" in page
    assert "role_terms.ttl" not in page


RESULTS = "application/sparql-results+json"


@pytest.mark.parametrize("place", ["/query", "/api/queries"])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (RESULTS, RESULTS),
        (f"{RESULTS},application/json,text/javascript", RESULTS),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/xml", "application/xml"),
        ("text/turtle;q=0.1, text/xml", "text/xml; charset=utf-8"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("application/vnd.apache.parquet", "application/vnd.apache.parquet"),
    ],
)
def test_a_canned_query_answers_in_every_result_format(client: FlaskClient, place: str, asked: str, said: str) -> None:
    path = f"{place}/h1-instruments"
    answered = client.get(path, headers={"Accept": asked})
    assert (answered.status_code, answered.headers["Content-Type"]) == (200, said)
    assert {"Accept", "Accept-Encoding"} <= {part.strip() for part in answered.headers["Vary"].split(",")}
    tag = answered.headers["ETag"]
    assert client.get(path, headers={"Accept": asked, "If-None-Match": tag}).status_code == 304
    other = "text/csv" if said != "text/csv; charset=utf-8" else RESULTS
    assert client.get(path, headers={"Accept": other, "If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("suffix", ["srj", "srx", "xml"])
def test_result_formats_of_a_canned_query_hold_its_rows(client: FlaskClient, suffix: str) -> None:
    form = QueryResultsFormat.JSON if suffix == "srj" else QueryResultsFormat.XML
    for address in (f"/query/h1-instruments.{suffix}", f"/api/queries/h1-instruments?format={suffix}"):
        rows = list(parse_query_results(client.get(address).data, format=form))
        assert len(rows) == client.get("/api/queries/h1-instruments").json["count"]


def test_a_format_that_is_none_is_refused_with_those_that_are(client: FlaskClient) -> None:
    for path in ("/api/queries/sources", "/query/sources", "/search"):
        refused = client.get(path, query_string={"format": "docx"})
        assert refused.status_code == 406
        assert "application/json" in refused.text
