"""A statement belongs to a layer by the date of what it says; no fact stands without its source."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from pyoxigraph import BlankNode, NamedNode

from biokg.knowledge.dates import parse_date, period
from biokg.knowledge.mapping import map_tables
from biokg.knowledge.tables import read_tables
from biokg.terms import RDF_TYPE, layer_graph, term

CUT_OFF = "2016-12-31"


@pytest.fixture(scope="module")
def quads(repository):
    return map_tables(read_tables(repository / "data"))


def by_subject(quads, layer):
    found = {}
    for quad in quads:
        if quad.graph_name.value == layer_graph(layer):
            found.setdefault(quad.subject.value, []).append((quad.predicate.value, quad.object))
    return found


@pytest.mark.parametrize("layer", ["dissertation", "public-to-2016"])
def test_no_date_after_2016_is_in_the_layers_to_2016(quads, layer):
    dated = [term(name) for name in ("earliest", "startEarliest", "endEarliest", "latest")]
    late = [
        (subject, value.value)
        for subject, pairs in by_subject(quads, layer).items()
        for predicate, value in pairs
        if predicate in dated and value.value > CUT_OFF
    ]
    years = [term(name) for name in ("year", "periodStart", "periodEnd")]
    late += [
        (subject, value.value)
        for subject, pairs in by_subject(quads, layer).items()
        for predicate, value in pairs
        if predicate in years and int(value.value) > 2016
    ]
    assert late == []


def test_the_layer_after_2016_holds_the_later_events(quads):
    later = {
        s
        for s, pairs in by_subject(quads, "public-after-2016").items()
        for p, v in pairs
        if p == term("earliest") and v.value > CUT_OFF
    }
    assert len(later) > 100
    assert any("argenx-abbvie-2016-option" in subject for subject in later)


def test_an_alliance_of_2016_and_its_outcome_of_2018_are_in_two_layers(quads):
    alliance = "https://w3id.org/biokg/id/alliance/argenx-abbvie-2016"
    assert alliance in by_subject(quads, "public-to-2016")
    assert f"{alliance}/event/argenx-abbvie-2016-option" not in by_subject(quads, "public-to-2016")
    assert f"{alliance}/event/argenx-abbvie-2016-option" in by_subject(quads, "public-after-2016")


def test_there_is_no_blank_node(quads):
    assert not any(isinstance(part, BlankNode) for quad in quads for part in (quad.subject, quad.object))


def test_every_typed_thing_but_sources_names_the_statement_it_comes_from(quads):
    free = {term(name) for name in ("SourceStatement", "Document", "Place")}
    typed, stated = {}, set()
    for quad in quads:
        if quad.predicate.value == RDF_TYPE:
            typed.setdefault(quad.subject.value, set()).add(quad.object.value)
        elif quad.predicate.value == term("statedIn"):
            stated.add(quad.subject.value)
    assert [subject for subject, classes in typed.items() if not classes & free and subject not in stated] == []


def test_every_statement_has_a_document_and_a_layer(quads):
    statements, documents, layers = set(), set(), {}
    for quad in quads:
        if quad.object == NamedNode(term("SourceStatement")):
            statements.add(quad.subject.value)
        elif quad.predicate.value == term("document"):
            documents.add(quad.subject.value)
        elif quad.predicate.value == term("layer"):
            layers.setdefault(quad.subject.value, set()).add(
                (quad.object.value.rsplit("/", 1)[-1], quad.graph_name.value.rsplit("/", 1)[-1])
            )
    assert statements == documents == set(layers)
    assert {len(pairs) for pairs in layers.values()} == {1}
    assert all(said == held for pairs in layers.values() for said, held in pairs)


def test_an_undated_alliance_keeps_its_date_unstated(quads, repository):
    with (repository / "data" / "alliances.csv").open(encoding="utf-8", newline="") as lines:
        undated = [row["id"] for row in csv.DictReader(lines) if not row["year"]]
    assert len(undated) >= 27
    for key in undated:
        signing = f"https://w3id.org/biokg/id/alliance/{key}/event/signing"
        pairs = [(q.predicate.value, q.object.value) for q in quads if q.subject.value == signing]
        assert (term("datePrecision"), "https://w3id.org/biokg/scheme/precision/not-stated") in pairs
        assert not {term("year"), term("earliest"), term("latest")} & {p for p, _ in pairs}


def test_dates_become_the_days_they_may_mean():
    assert parse_date("2012-02").latest == date(2012, 2, 29)
    assert parse_date("2013-02-29") is None
    assert parse_date("12") is None
    assert period("", "2010").year is None
    assert period("", "2010").latest == date(2010, 12, 31)
    assert period("2017", "2018").after_cut_off
    assert period("2012", "2012").precision == "year"
