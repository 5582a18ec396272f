"""Labels from data are text, never markup; only http(s) IRIs become links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from biokg.settings import load_settings
from biokg.store.memory import MemoryStore
from biokg.terms import ID, ONTOLOGY, RDF_TYPE, RDFS_LABEL, layer_graph
from biokg.web.app import create_app
from biokg.web.frame import number
from biokg.web.links import href, local_path
from biokg.web.service import Service

if TYPE_CHECKING:
    from flask.testing import FlaskClient

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'


@pytest.fixture
def hostile() -> FlaskClient:
    thing, graph = NamedNode(ID + "organization/evil"), NamedNode(layer_graph("dissertation"))
    said: list[tuple[str, Any]] = [
        (RDF_TYPE, NamedNode(ONTOLOGY + "Organization")),
        (RDFS_LABEL, Literal(HOSTILE)),
        (ONTOLOGY + "specialisation", Literal(HOSTILE)),
        (ONTOLOGY + "seeAlso", NamedNode("javascript:alert(3)")),
        (
            ONTOLOGY + "seeAlso",
            NamedNode("data:text/html,<script>alert(4)</script>".replace("<", "%3C").replace(">", "%3E")),
        ),
        (ONTOLOGY + "homepage", NamedNode("https://example.org/ok")),
    ]
    store = MemoryStore()
    store.add(Quad(thing, NamedNode(p), o, graph) for p, o in said)
    app = create_app(Service(store, "0" * 64, load_settings(environ={}), None))  # type: ignore[arg-type]
    return app.test_client()


@pytest.mark.parametrize("path", ["/id/organization/evil", "/explore", "/search?q=script", "/id/organization/evi"])
def test_markup_in_a_label_stays_text(hostile: FlaskClient, path: str) -> None:
    page = hostile.get(path, headers={"Accept": "text/html"}).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{7*7}}" in page


def test_only_http_iris_become_links(hostile: FlaskClient) -> None:
    page = hostile.get("/id/organization/evil", headers={"Accept": "text/html"}).text
    assert 'href="https://example.org/ok"' in page
    assert 'href="javascript:' not in page
    assert 'href="data:' not in page
    assert "javascript:alert(3)" in page


def test_a_search_term_is_shown_as_text(hostile: FlaskClient) -> None:
    page = hostile.get("/search", query_string={"q": "<script>alert(9)</script>"}, headers={"Accept": "text/html"}).text
    assert "<script>alert(9)" not in page


@given(st.text(max_size=60))
def test_a_link_is_local_or_http_whatever_the_iri(iri: str) -> None:
    target = href(iri)
    assert target is None or target.startswith(("/", "http://", "https://"))
    path = local_path(iri)
    assert path is None or (path.startswith("/") and not path.startswith("//") and '"' not in path)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_a_number_is_shown_with_every_digit(value: Any) -> None:
    assert number(str(value)).replace("\u202f", "").replace("−", "-") == str(value).replace("-0.000", "-0.000")
