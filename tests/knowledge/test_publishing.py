"""What is published describes itself, can be checked, and tells what changed."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections import Counter

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biokg.errors import NotFound, UsageError
from biokg.knowledge.build import open_published, publish
from biokg.knowledge.export import export
from biokg.knowledge.versions import difference, find_version, graph_of, kept, names_of, versions
from biokg.rdf.fingerprint import DatasetHash
from biokg.settings import load_settings
from biokg.terms import CATALOG_GRAPH, PREFIXES, RDF_TYPE, concept

DCAT, DCTERMS, VOID = PREFIXES["dcat"], PREFIXES["dcterms"], PREFIXES["void"]


@pytest.fixture(scope="module")
def catalogue(store):
    described = {}
    for quad in store.quads(CATALOG_GRAPH):
        described.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, set()).add(quad.object)
    return described


def of_type(catalogue, prefix, local):
    wanted = ox.NamedNode(PREFIXES[prefix] + local)
    return {subject: said for subject, said in catalogue.items() if wanted in said.get(RDF_TYPE, ())}


@pytest.mark.parametrize(
    ("class_", "mandatory"),
    [
        ("Catalog", ["dcterms:title", "dcterms:description", "dcterms:publisher", "dcat:dataset"]),
        ("Dataset", ["dcterms:title", "dcterms:description"]),
        ("Distribution", ["dcat:accessURL"]),
        ("DataService", ["dcterms:title", "dcat:endpointURL"]),
    ],
)
def test_what_dcat_ap_makes_mandatory_is_said(catalogue, class_, mandatory):
    found = of_type(catalogue, "dcat", class_)
    assert found
    for subject, said in found.items():
        for name in mandatory:
            prefix, _, local = name.partition(":")
            assert PREFIXES[prefix] + local in said, (subject, name)


def test_the_counts_of_void_are_those_of_the_store(store, catalogue):
    triples = Counter(str(quad.graph_name).strip("<>") for quad in store.quads())
    triples.pop(CATALOG_GRAPH)
    said = catalogue["https://w3id.org/biokg/id/dataset/biokg"]
    assert {int(value.value) for value in said[VOID + "triples"]} == {sum(triples.values())}
    for graph, count in triples.items():
        if graph in catalogue:
            assert {int(value.value) for value in catalogue[graph][VOID + "triples"]} == {count}


def test_the_export_can_be_checked_and_read_back(settings, tmp_path):
    files = export(settings, tmp_path / "out")
    folder = tmp_path / "out"
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert {file.relative_to(folder).as_posix() for file in files} == {*sums, "SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    crate = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    described = {entry["@id"] for entry in crate["@graph"] if entry["@type"] == "File"}
    assert described == set(sums) - {"ro-crate-metadata.json"}
    whole = set(open_published(publish(settings)).quads())
    for name in ("biokg.nq", "biokg.trig", "biokg.jsonld"):
        assert set(ox.parse(path=str(folder / name))) == whole, name
    assert (folder / "tables" / "alliances.csv").is_file()


def test_the_crate_names_its_author_and_publisher(settings, tmp_path):
    export(settings, tmp_path / "out")
    crate = {one["@id"]: one for one in json.loads((tmp_path / "out" / "ro-crate-metadata.json").read_text())["@graph"]}
    for role in ("author", "publisher"):
        assert crate[crate["./"][role]["@id"]]["@type"] == "Organization"


def test_an_export_overwrites_nothing(settings, tmp_path):
    (tmp_path / "mine").write_text("x")
    with pytest.raises(UsageError, match="not empty"):
        export(settings, tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        export(settings, tmp_path / "mine")


def test_the_difference_of_two_versions_names_what_changed(repository, tmp_path):
    data = shutil.copytree(repository / "data", tmp_path / "data")
    settings = load_settings({"data_dir": data, "state_dir": tmp_path / "state"}, environ={})
    before = publish(settings)
    with (data / "recommendations.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    rows[1][rows[0].index("addressee")] = "everybody"
    with (data / "recommendations.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)
    after = publish(settings)
    assert set(versions(tmp_path / "state")) == {before.version, after.version}
    found = difference(tmp_path / "state", before.version[:10], after.version[:10])
    layer = [line for line in (*found.removed, *found.added) if graph_of(line).endswith("/graph/dissertation")]
    assert len(layer) == 2
    assert any('"everybody"' in line for line in found.added)
    with pytest.raises(NotFound):
        find_version(tmp_path / "state", "zz")
    assert {(one.version, one.quads, one.in_use) for one in kept(tmp_path / "state")} == {
        (before.version, before.quads, False),
        (after.version, after.quads, True),
    }
    changed = concept("recommendation", rows[1][0])
    assert found.by_thing()[changed] == (1, 1)
    assert rows[1][rows[0].index("recommendation")] in names_of(tmp_path / "state", after.version, {changed})[changed]


def test_the_version_is_that_of_the_written_file(publication):
    lines = publication.path.read_text(encoding="utf-8").splitlines()
    assert DatasetHash().add_lines(lines).version == publication.version
    assert DatasetHash().add(open_published(publication).quads()).version == publication.version


QUADS = st.lists(st.tuples(st.integers(0, 50), st.text(max_size=5)), unique=True, max_size=20)


def quad(number, text):
    node = ox.NamedNode(f"https://example.org/{number}")
    return ox.Quad(node, node, ox.Literal(text), node)


@given(QUADS, st.randoms())
def test_a_version_does_not_depend_on_order_and_can_be_updated(pairs, random):
    quads = [quad(*pair) for pair in pairs]
    shuffled = quads[:]
    random.shuffle(shuffled)
    whole = DatasetHash().add(quads)
    assert DatasetHash().add(shuffled).version == whole.version
    cut = len(quads) // 2
    half = DatasetHash().add(quads[:cut])
    held = DatasetHash.from_state(half.state, half.quads).add(quads[cut:])
    assert (held.version, held.quads) == (whole.version, len(quads))
    assert held.remove(quads[cut:]).version == half.version
    if cut:
        assert half.version != whole.version


def test_the_void_description_is_found_at_its_well_known_address(client):
    response = client.get("/.well-known/void", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert response.status_code == 200
    assert b"void:sparqlEndpoint" in response.data
