"""The identity links are reviewed data: each row is tested as code."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from biokg import terms
from biokg.errors import DataError
from biokg.knowledge.links import LinkTable, link_quads, read_links
from biokg.linking.federation import coverage
from biokg.settings import Settings
from biokg.store.base import Store
from biokg.terms import VIEWS

SHARED = Path(__file__).parents[2].parent / "shared" / "links"


@pytest.fixture(scope="module")
def table(settings: Settings) -> LinkTable:
    return read_links(settings.data_folder)


def test_same_as_only_where_both_sides_are_one_thing(table: LinkTable) -> None:
    same = {link.subject.rsplit("/", 1)[-1] for link in table.links if link.predicate == "owl:sameAs"}
    groups = {"pfizer", "novartis", "roche", "merck-co", "merck-kgaa", "sanofi", "gsk", "bayer", "takeda", "ucb"}
    assert not same & groups, "a group is not its company in one country: use skos:closeMatch"
    assert {"ku-leuven", "vib", "argenx"} <= same


def test_a_legal_entity_and_a_national_company_are_not_said_to_be_the_firm(table: LinkTable) -> None:
    same = [link for link in table.links if link.predicate == "owl:sameAs"]
    assert [link.id for link in same if link.registry == "lei"] == []
    assert terms.entity("organization", "gsk-belgium") not in {link.subject for link in same}
    hospitals = {link.subject: link.object_label for link in same if "hospital" in link.subject_label.lower()}
    assert all("ospital" in label or "iekenhuis" in label for label in hospitals.values()), hospitals
    assert all(float(link.confidence) >= 0.97 for link in same)


def test_an_external_record_is_the_same_as_one_thing_only(table: LinkTable) -> None:
    owners = Counter(link.object for link in table.links if link.predicate == "owl:sameAs")
    assert [address for address, count in owners.items() if count > 1] == []


def test_each_search_without_result_is_kept(table: LinkTable) -> None:
    searched = {link.subject for link in table.links if not link.found}
    found = {link.subject for link in table.links if link.registry == "ror" and link.found}
    assert terms.entity("organization", "ablynx") in searched
    assert not searched & found
    assert len(searched) > 200


def test_every_link_says_how_it_is_known(table: LinkTable) -> None:
    for link in table.links:
        assert link.justification.startswith("https://w3id.org/semapv/vocab/"), link.id
        assert len(link.date) == 10, link.id
        assert not link.found or 0 < float(link.confidence) <= 1, link.id


def test_links_agree_with_the_prepared_identifiers(table: LinkTable) -> None:
    source = SHARED / "identifiers.csv"
    if not source.exists():
        pytest.skip("the shared source tables are not here")
    ours = {
        link.subject.rsplit("/", 1)[-1]: link.object for link in table.links if link.registry == "ror" and link.object
    }
    with source.open(encoding="utf-8") as stream:
        theirs = {row["org_id"]: row["ror"] for row in csv.DictReader(stream) if row["org_id"] and row["ror"]}
    assert {key: ours.get(key) for key in theirs} == theirs


def test_quads_stay_within_the_known_things(settings: Settings) -> None:
    vib = terms.entity("organization", "vib")
    quads = list(link_quads(settings.data_folder, known={vib}))
    about = {quad.object.value for quad in quads if quad.predicate.value == terms.term("about")}
    organizations = {iri for iri in about if "/id/organization/" in iri}
    assert organizations == {vib}


def test_every_link_has_a_source_statement_with_a_document(settings: Settings) -> None:
    quads = list(link_quads(settings.data_folder))
    stated = {q.object.value for q in quads if q.predicate.value == terms.term("statedIn")}
    documented = {q.subject.value for q in quads if q.predicate.value == terms.term("document")}
    documents = {q.object.value for q in quads if q.predicate.value == terms.term("document")}
    typed = {q.subject.value for q in quads if getattr(q.object, "value", "") == terms.term("Document")}
    assert stated
    assert stated <= documented
    assert documents <= typed


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("predicate_id", "owl:equivalentClass", "must be one of"),
        ("confidence", "1.5", "number from 0 to 1"),
        ("object_id", "nowhere:1", "prefix"),
        ("subject_id", "", "empty"),
    ],
)
def test_a_bad_cell_is_named_with_its_row_and_column(
    settings: Settings, tmp_path: Path, column: str, value: str, reason: str
) -> None:
    text = (settings.data_folder / "links" / "identifiers.sssom.tsv").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(text) if not line.startswith("#"))
    names, cells = text[start].split("\t"), text[start + 1].split("\t")
    cells[names.index(column)] = value
    (tmp_path / "links").mkdir()
    bad = [*text[: start + 1], "\t".join(cells), *text[start + 2 :]]
    (tmp_path / "links" / "identifiers.sssom.tsv").write_text("\n".join(bad), encoding="utf-8")
    with pytest.raises(DataError, match=reason) as caught:
        read_links(tmp_path)
    problem = caught.value.problems[0]
    assert (problem.row, problem.column) == (start + 2, column)


def test_each_linkset_of_the_catalogue_counts_the_links_that_the_graph_holds(store: Store) -> None:
    """``void:triples`` of every linkset is the number of links by that predicate to that registry."""
    said: dict[tuple[str, str], int] = {}
    for kind, triples in store.select(
        (Path(__file__).parent / "linksets.rq").read_text(encoding="utf-8"), default_graphs=VIEWS["all"].graphs
    ).rows:
        assert isinstance(kind, NamedNode)
        assert isinstance(triples, Literal)
        registry, _, match = kind.value.rsplit("/", 1)[-1].rpartition("-")
        assert (registry, match) not in said, "one count per linkset"
        said[registry, match] = int(triples.value)
    held = {(registry, match): links for registry, match, _, links in coverage(store) if registry != "iso-3166-2"}
    assert said == held
