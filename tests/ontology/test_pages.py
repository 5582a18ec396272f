"""The pages of the ontology say what the ontology, the data, the shapes and the questions say, and nothing else."""

from __future__ import annotations

import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse
from pyoxigraph import Store as Turtle

from biokg.store.base import Store
from biokg.web.drawing.classes import GAP_Y, WIDTH, Card, Entry, layout
from biokg.web.ontology_docs import PAGES

BASE = "https://w3id.org/biokg/"
ROOT = BASE + "ontology/"
HTML = {"Accept": "text/html"}
DEFINED_BY = NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")
MODULES = sorted(file.stem for file in (Path(__file__).parents[2] / "ontology").glob("*.ttl") if file.stem != "biokg")


def _text(answer: str) -> str:
    class Words(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []

        def handle_data(self, data: str) -> None:
            self.found.append(data)

    words = Words()
    words.feed(answer)
    return re.sub(r"\s+", " ", " ".join(words.found))


@pytest.fixture(scope="module")
def declared(ontology: Turtle) -> set[str]:
    return {quad.subject.value for quad in ontology.quads_for_pattern(None, DEFINED_BY, None)}  # type: ignore[union-attr]


@pytest.mark.parametrize("module", MODULES)
def test_the_diagram_of_a_module_is_an_svg_that_names_all_its_classes(
    client: FlaskClient, ontology: Turtle, module: str
) -> None:
    home = NamedNode(f"{ROOT}module/{module}")
    classes = {
        quad.subject.value.removeprefix(ROOT)  # type: ignore[union-attr]
        for quad in ontology.quads_for_pattern(None, DEFINED_BY, home)
        if list(ontology.quads_for_pattern(quad.subject, None, NamedNode("http://www.w3.org/2002/07/owl#Class")))
    }
    drawing = client.get(f"/ontology/module/{module}.svg")
    assert drawing.mimetype == "image/svg+xml"
    titles = {
        "".join(node.itertext())
        for node in ElementTree.fromstring(drawing.text).iter("{http://www.w3.org/2000/svg}text")
    }
    assert classes
    assert classes <= titles
    page = client.get(f"/ontology/module/{module}", headers=HTML)
    assert page.status_code == 200
    assert "<svg" in page.text


def test_the_page_of_a_term_lists_the_questions_that_use_it(client: FlaskClient, store: Store) -> None:
    text = f"""SELECT ?question WHERE {{ ?query <http://purl.org/dc/terms/references> <{ROOT}playedBy> ;
      <http://purl.org/dc/terms/isPartOf> <{BASE}query/competency> ;
      <http://www.w3.org/2000/01/rdf-schema#comment> ?question }}"""
    wanted = [row[0].value for row in store.select(text).rows]  # type: ignore[union-attr]
    shown = _text(client.get("/ontology/playedBy", headers=HTML).text)
    assert len(wanted) > 2
    assert all(question in shown for question in wanted)


def test_the_page_of_a_class_counts_its_things_and_says_what_data_must_do(client: FlaskClient, store: Store) -> None:
    text = f"SELECT (COUNT(DISTINCT ?a) AS ?n) WHERE {{ ?a a <{ROOT}Alliance> }}"
    count = next(iter(store.select(text).rows))[0].value  # type: ignore[union-attr]
    shown = _text(client.get("/ontology/Alliance", headers=HTML).text)
    assert f"Use in the data {count}" in shown
    assert "give two bkg:hasRole whose bkg:playedBy differ" in shown
    assert "alliance stratégique" in shown
    assert "stable bkg:Alliance" in shown


def test_every_term_has_a_page_that_names_it(client: FlaskClient, declared: set[str]) -> None:
    for iri in sorted(declared)[::9]:
        answer = client.get("/" + iri.removeprefix(BASE), headers=HTML)
        assert answer.status_code == 200, iri
        assert "bkg:" + iri.removeprefix(ROOT) in answer.text


def test_no_term_has_the_name_of_a_page(declared: set[str]) -> None:
    assert not {ROOT + name for name in PAGES} & declared


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("played by", "playedBy"),
        ("playedBy", "playedBy"),
        ("bkg:Alliance", "Alliance"),
        ("alliance stratégique", "Alliance"),
        ("gespeeld door", "playedBy"),
    ],
)
def test_search_finds_a_term_by_its_name_in_any_language(client: FlaskClient, words: str, first: str) -> None:
    found = json.loads(client.get("/ontology.json", query_string={"q": words}).text)
    assert found[0]["iri"] == ROOT + first
    page = client.get("/ontology", query_string={"q": words}, headers=HTML).text
    assert f"/ontology/{first}" in page


def test_search_finds_codes_and_says_so_when_there_is_nothing(client: FlaskClient) -> None:
    found = json.loads(client.get("/ontology.json", query_string={"q": "joint venture"}).text)
    assert BASE + "scheme/alliance-type/joint-venture" in {f["iri"] for f in found}
    nothing = client.get("/ontology", query_string={"q": "<b>zzqq</b>"}, headers=HTML)
    assert nothing.status_code == 200
    assert "<b>zzqq" not in nothing.text
    assert "No term, concept or list" in nothing.text


def test_the_hierarchy_holds_every_class_under_its_parent(client: FlaskClient, declared: set[str]) -> None:
    shown = client.get("/ontology/hierarchy", headers=HTML).text
    classes = {iri for iri in declared if iri.removeprefix(ROOT)[0].isupper()}
    assert all(f'href="/ontology/{iri.removeprefix(ROOT)}"' in shown for iri in classes)
    tree = shown[shown.index('href="/ontology/Event"') :]
    assert tree.index("<ul>") < tree.index('href="/ontology/FoundingEvent"') < tree.index("</ul>")


def test_relations_are_drawn_and_listed(client: FlaskClient, declared: set[str]) -> None:
    page = client.get("/ontology/relations", headers=HTML).text
    assert all(f"bkg:{i.removeprefix(ROOT)}<" in page for i in declared if i.removeprefix(ROOT)[0].islower())
    assert client.get("/ontology/relations.svg").mimetype == "image/svg+xml"


def test_diagrams_speak_the_language_chosen(client: FlaskClient) -> None:
    visitor = client.application.test_client()
    assert 'class="title">AllianceRole<' in visitor.get("/ontology/module/alliance", headers=HTML).text
    visitor.set_cookie("language", "fr")
    french = visitor.get("/ontology/module/alliance", headers=HTML).text
    assert ">alliance stratégique<" in french
    assert 'class="title">AllianceRole<' not in french


def test_version_iris_lead_to_what_has_that_version(client: FlaskClient, ontology: Turtle) -> None:
    versions = [
        quad.object.value  # type: ignore[union-attr]
        for quad in ontology.quads_for_pattern(None, NamedNode("http://www.w3.org/2002/07/owl#versionIRI"), None)
    ]
    assert len(versions) > 12
    for iri in versions:
        answer = client.get("/" + iri.removeprefix(BASE), headers=HTML)
        assert (answer.status_code, iri.startswith(BASE + answer.headers["Location"][1:])) == (303, True), iri
    assert client.get("/ontology/9.9.9", headers=HTML).status_code == 404


def test_the_published_questions_are_at_a_well_known_address(client: FlaskClient) -> None:
    answer = client.get("/.well-known/sparql-examples", headers={"Accept": "application/ld+json"})
    assert answer.status_code == 302
    held = client.get(answer.headers["Location"], headers={"Accept": "application/ld+json"})
    assert held.mimetype == "application/ld+json"
    assert "SPARQLExecutable" in json.dumps(json.loads(held.text))


def test_cards_never_overlap_and_circles_end() -> None:
    names = "abcdefgh"
    ring = [Card(a, a, entries=[Entry("to", b, target=b)] * 3) for a, b in zip(names, names[1:] + "a", strict=True)]
    drawn = layout([*ring, Card("alone", "alone"), Card("child", "child", parents=("a", "alone"))])
    assert len(drawn.lines) == 3 * len(ring) + 2
    for one, other in itertools.combinations(drawn.cards, 2):
        apart = abs(one.x - other.x) >= WIDTH or one.y + one.height + GAP_Y <= other.y or other.y + other.height < one.y
        assert apart, (one.key, other.key)
        assert max(card.y + card.height for card in drawn.cards) <= drawn.height


def test_every_shape_has_a_page_and_its_triples_at_its_own_iri(client: FlaskClient, repository: Path) -> None:
    from biokg.shapes import load_shapes

    shapes = load_shapes(repository / "ontology" / "shapes")
    named = [node.value for node in shapes.by_node if isinstance(node, NamedNode)]
    assert len(named) > 200
    for iri in named[::20]:
        path = "/" + iri.removeprefix(BASE)
        assert client.get(path, headers=HTML).status_code == 200, iri
        told = parse(client.get(path + ".nt").data, format=RdfFormat.N_TRIPLES)
        own = sorted(str(quad.predicate) for quad in told if quad.subject == NamedNode(iri))
        assert own == sorted(str(t.predicate) for t in shapes.index if t.subject == NamedNode(iri))
    assert client.get("/shape/Aliance", headers=HTML).status_code == 404
    listed = client.get("/shape", headers=HTML).text
    assert "give two bkg:hasRole whose bkg:playedBy differ" in listed
