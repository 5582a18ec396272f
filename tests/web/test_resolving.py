"""Every IRI of ours resolves at its own path, in every format, with the same triples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse

from biokg.terms import BASE
from biokg.web.links import local_path

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from biokg.store.base import Store

SAMPLE = """
SELECT (SAMPLE(?thing) AS ?one) WHERE {
  ?thing a ?class FILTER(STRSTARTS(STR(?thing), "https://w3id.org/biokg/") && !CONTAINS(STR(?thing), "genid"))
} GROUP BY ?class"""
FORMATS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML, "jsonld": RdfFormat.JSON_LD}


def test_one_thing_of_every_class_has_a_page(client: FlaskClient, store: Store) -> None:
    found = [row[0].value for row in store.select(SAMPLE).rows]  # type: ignore[union-attr]
    assert len(found) > 40
    for iri in found:
        answer = client.get(local_path(iri), headers={"Accept": "text/html"})
        assert answer.status_code == 200, iri
        assert "<h1>" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/id/organization/argenx",
        "/id/alliance/ablynx-wyeth-2006",
        "/scheme/alliance-type/joint-venture",
        "/ontology/Alliance",
    ],
)
def test_all_formats_hold_the_same_triples(client: FlaskClient, path: str) -> None:
    if client.get(path + ".nt").status_code == 404:
        path = "/scheme/alliance-type"
    held = {}
    for suffix, rdf_format in FORMATS.items():
        by_suffix = client.get(f"{path}.{suffix}")
        by_accept = client.get(path, headers={"Accept": rdf_format.media_type})
        assert by_suffix.status_code == by_accept.status_code == 200
        assert by_suffix.data == by_accept.data
        assert by_suffix.mimetype == rdf_format.media_type
        held[suffix] = {str(quad.triple) for quad in parse(by_suffix.data, format=rdf_format)}
    assert len(held["nt"]) > 3
    assert held["ttl"] == held["nt"] == held["rdf"] == held["jsonld"]


def test_a_description_holds_every_statement_about_the_thing(client: FlaskClient, store: Store) -> None:
    iri = BASE + "id/organization/argenx"
    wanted = {
        (row[0].value, row[1].value)  # type: ignore[union-attr]
        for row in store.select(f"SELECT ?p ?o WHERE {{ GRAPH ?g {{ <{iri}> ?p ?o }} }}").rows
    }
    described = parse(client.get("/id/organization/argenx.nt").data, format=RdfFormat.N_TRIPLES)
    found = {(q.predicate.value, q.object.value) for q in described if q.subject.value == iri}  # type: ignore[union-attr]
    assert found == wanted


def test_what_does_not_exist_is_404_with_the_nearest_names(client: FlaskClient) -> None:
    page = client.get("/id/organization/argen", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "/id/organization/argenx" in page.text
    problem = client.get("/id/organization/argen", headers={"Accept": "application/json"})
    assert problem.status_code == 404
    assert problem.mimetype == "application/problem+json"
    assert any(near["iri"].endswith("/argenx") for near in json.loads(problem.data)["near"])


def test_a_format_that_cannot_be_made_is_406(client: FlaskClient) -> None:
    assert client.get("/id/organization/argenx", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("path", ["/id/%00", "/id/a b", "/id/<x>", "/id/organization/..%2f..", "/id/" + "x" * 3000])
def test_odd_paths_are_not_found_and_nothing_worse(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Accept": "text/html"}).status_code in {400, 404}


def test_the_citation_names_the_thing_and_the_version(client: FlaskClient) -> None:
    version = client.get("/id/organization/argenx").headers["X-BioKG-Version"]
    bibtex = client.get("/id/organization/argenx.bib")
    assert "argenx" in bibtex.text
    assert version[:12] in bibtex.text
    item = json.loads(client.get("/id/organization/argenx.csl").data)[0]
    assert item["title"] == "argenx"
    assert item["URL"] == BASE + "id/organization/argenx"


def test_the_old_iri_of_a_thing_leads_to_its_new_one(client: FlaskClient) -> None:
    for suffix in ("", ".ttl"):
        answer = client.get(f"/id/organization/peakadilly{suffix}")
        assert answer.status_code == 301
        assert answer.headers["Location"].endswith(f"/id/organization/pronota{suffix}")
        assert "Peakadilly" in client.get(answer.headers["Location"]).text
