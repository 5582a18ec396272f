"""Materialisation gives what OWL 2 RL gives for the axioms it handles, layer by layer, at once or step by step."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import owlrl
import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from biokg.cli.main import main
from biokg.rdf.fingerprint import DatasetHash
from biokg.reasoning import extend, materialisation, materialise
from biokg.reasoning.axioms import Rule, read_rules
from biokg.reasoning.materialisation import rules_of
from biokg.scale.faults import generate
from biokg.scale.loading import load_files
from biokg.scale.world import World
from biokg.store.folder import StoreFolder
from biokg.store.memory import MemoryStore
from biokg.terms import LAYERS, ONTOLOGY, ONTOLOGY_GRAPH, RDF_TYPE, inferred_graph, layer_graph, term

ROOT = Path(__file__).resolve().parents[2]
WORLD = ROOT / "tests" / "shapes" / "fixtures" / "valid.ttl"
AXIOMS = {
    "http://www.w3.org/2000/01/rdf-schema#subClassOf",
    "http://www.w3.org/2000/01/rdf-schema#subPropertyOf",
    "http://www.w3.org/2002/07/owl#inverseOf",
    "http://www.w3.org/2002/07/owl#propertyChainAxiom",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#first",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest",
}
KINDS = {f"http://www.w3.org/2002/07/owl#{kind}Property" for kind in ("Symmetric", "Transitive")}


def _axioms() -> list[Triple]:
    found = []
    for file in sorted((ROOT / "ontology").glob("*.ttl")):
        for quad in parse(path=file, format=RdfFormat.TURTLE, rename_blank_nodes=True):
            kind = quad.object.value if isinstance(quad.object, NamedNode) else ""
            if quad.predicate.value in AXIOMS or (quad.predicate.value == RDF_TYPE and kind in KINDS):
                found.append(quad.triple)
    return found


def _store(layers: dict[str, list[Triple]]) -> MemoryStore:
    store = MemoryStore()
    store.add(Quad(*t, NamedNode(ONTOLOGY_GRAPH)) for t in _axioms())
    for layer, triples in layers.items():
        store.add(Quad(*t, NamedNode(layer_graph(layer))) for t in triples)
    return store


def _inferred(store: MemoryStore, *layers: str) -> set[Triple]:
    return {q.triple for layer in layers or LAYERS for q in store.quads(inferred_graph(layer))}


def _world() -> list[Triple]:
    return [q.triple for q in parse(path=WORLD, format=RdfFormat.TURTLE)]


def _by_owlrl(data: list[Triple]) -> set[tuple[str, str, str]]:
    graph = rdflib.Graph()
    lines = "".join(f"{t.subject} {t.predicate} {t.object} .\n" for t in [*_axioms(), *data])
    graph.parse(data=lines, format="nt")
    before = set(graph)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    subjects = {t.subject.value for t in data}
    return {
        (str(s), str(p), str(o))
        for s, p, o in set(graph) - before
        if str(s) in subjects | {str(o) for _, _, o in before}
        and isinstance(s, rdflib.URIRef)
        and not str(s).startswith(ONTOLOGY)
        and (str(p).startswith(ONTOLOGY) or (str(p) == RDF_TYPE and str(o).startswith(ONTOLOGY)))
    }


def test_it_equals_owlrl_on_the_fixture_world() -> None:
    data = _world()
    store = _store({"dissertation": data})
    count = materialise(store)
    ours = {(t.subject.value, t.predicate.value, t.object.value) for t in _inferred(store)}
    assert ours == _by_owlrl(data)
    assert count == len(ours) > 50


def test_every_kind_of_axiom_is_met_in_the_ontology() -> None:
    because = " ".join(rule.because for rule in rules_of(_store({})))
    for kind in ("is a bkg:", "sub-property", "inverse", "symmetric", "transitive", "chain"):
        assert kind in because


E = "http://e/"


def _t(subject: str, name: str, value: str) -> Triple:
    return Triple(NamedNode(E + subject), NamedNode(term(name)), NamedNode(E + value))


def test_a_conclusion_stands_in_the_layer_of_its_latest_premise() -> None:
    store = _store(
        {
            "dissertation": [_t("seat", "stateOf", "firm")],
            "public-to-2016": [_t("seat", "seatRegion", "city")],
            "public-after-2016": [_t("city", "partOfRegion", "land")],
        }
    )
    materialise(store)
    assert _t("firm", "hasState", "seat") in _inferred(store, "dissertation")
    assert _inferred(store, "public-to-2016") == {_t("firm", "basedIn", "city")}
    assert _inferred(store, "public-after-2016") == {_t("firm", "basedIn", "land")}


def test_it_repeats_no_stated_triple_and_leaves_no_other_graph() -> None:
    store = _store({"dissertation": [*_world(), _t("firm", "hasState", "seat"), _t("seat", "stateOf", "firm")]})
    first = materialise(store)
    stated = {q.triple for q in store.quads(layer_graph("dissertation"))}
    assert not stated & _inferred(store)
    assert set(store.graphs()) == {ONTOLOGY_GRAPH, layer_graph("dissertation"), inferred_graph("dissertation")}
    assert materialise(store) == first


def test_what_is_no_longer_implied_goes_when_it_is_done_anew() -> None:
    store = _store({"dissertation": [_t("seat", "stateOf", "firm"), _t("seat", "seatRegion", "city")]})
    materialise(store)
    store.remove([Quad(*_t("seat", "seatRegion", "city"), NamedNode(layer_graph("dissertation")))])
    materialise(store)
    assert _t("firm", "basedIn", "city") not in _inferred(store)


EDGES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "e"]),
        st.sampled_from(["partOfRegion", "seatRegion", "stateOf", "cooperatesWith", "hasRole", "playedBy"]),
        st.sampled_from(["a", "b", "c", "d", "e"]),
        st.sampled_from(LAYERS),
    ),
    max_size=14,
)


@settings(max_examples=15, deadline=None)
@given(EDGES, st.integers(0, 14))
def test_adding_in_two_steps_gives_the_same_graphs_as_adding_at_once(
    edges: list[tuple[str, str, str, str]], cut: int
) -> None:
    whole = MemoryStore()
    steps = MemoryStore()
    for store in (whole, steps):
        store.add(Quad(*t, NamedNode(ONTOLOGY_GRAPH)) for t in _AXIOMS)
    quads = [Quad(*_t(s, p, o), NamedNode(layer_graph(layer))) for s, p, o, layer in edges]
    whole.add(quads)
    materialise(whole)
    steps.add(quads[:cut])
    before = materialise(steps)
    for layer in LAYERS:
        late = [q for q in quads[cut:] if q.graph_name.value == layer_graph(layer)]
        steps.add(late)
        before += extend(steps, late, layer)
    assert before == sum(len(list(steps.quads(inferred_graph(layer)))) for layer in LAYERS)
    assert _inferred(whole) - _all(whole) == _inferred(steps) - _all(steps)


_AXIOMS = _axioms()


def _all(store: MemoryStore) -> set[Triple]:
    return {q.triple for layer in LAYERS for q in store.quads(layer_graph(layer))}


NAMES = [term(name) for name in ("p", "q", "r")]
CLASSES = [term(name) for name in ("A", "B", "C")]
OWL, RDFS, RDF = (
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2000/01/rdf-schema#",
    RDF_TYPE.removesuffix("type"),
)


def _chain(number: int, head: str, steps: list[str]) -> str:
    lists = [f"<http://e/list{number}-{i}>" for i in range(len(steps))] + [f"<{RDF}nil>"]
    lines = [f"<{head}> <{OWL}propertyChainAxiom> {lists[0]} ."]
    for i, step in enumerate(steps):
        lines.append(f"{lists[i]} <{RDF}first> <{step}> . {lists[i]} <{RDF}rest> {lists[i + 1]} .")
    return "\n".join(lines)


names = st.sampled_from(NAMES)
classes = st.sampled_from(CLASSES)
axioms = st.lists(
    st.one_of(
        st.builds(f"<{{}}> <{RDFS}subClassOf> <{{}}> .".format, classes, classes),
        st.builds(f"<{{}}> <{RDFS}subPropertyOf> <{{}}> .".format, names, st.sampled_from([*NAMES, RDF_TYPE])),
        st.builds(f"<{{}}> <{OWL}inverseOf> <{{}}> .".format, names, names),
        st.builds(f"<{{}}> <{RDF_TYPE}> <{OWL}SymmetricProperty> .".format, names),
        st.builds(f"<{{}}> <{RDF_TYPE}> <{OWL}TransitiveProperty> .".format, names),
        st.builds(_chain, st.integers(0, 999), names, st.lists(names, min_size=2, max_size=3)),
    ),
    max_size=6,
)
nodes = st.sampled_from([E + name for name in "abcd"])
facts = st.lists(
    st.one_of(
        st.tuples(nodes, names, nodes, st.sampled_from(LAYERS)),
        st.tuples(nodes, st.just(RDF_TYPE), classes, st.sampled_from(LAYERS)),
        st.tuples(nodes, names, classes, st.sampled_from(LAYERS)),
    ),
    max_size=9,
)


def _naive(rules: Iterable[Rule], known: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Every rule over everything, until nothing changes."""
    while True:
        found = set()
        for rule in rules:
            matches: list[dict[str, str]] = [{}]
            for atom in rule.body:
                matches = [m for old in matches for t in known if (m := _matched(atom.terms, t, old)) is not None]
            found |= {tuple(m.get(part, part) for part in rule.head.terms) for m in matches}
        if found <= known:
            return known
        known |= found


def _matched(pattern: tuple[str, ...], triple: tuple[str, ...], known: dict[str, str]) -> dict[str, str] | None:
    result = dict(known)
    for part, value in zip(pattern, triple, strict=True):
        if (result.setdefault(part, value) if part.startswith("?") else part) != value:
            return None
    return result


@settings(max_examples=150, deadline=None)
@given(axioms, facts)
@example(
    [f"<{NAMES[0]}> <{RDFS}subPropertyOf> <{RDF_TYPE}> .", f"<{CLASSES[0]}> <{RDFS}subClassOf> <{CLASSES[1]}> ."],
    [(f"{E}a", NAMES[0], CLASSES[0], LAYERS[0])],
)
def test_it_concludes_what_every_rule_over_everything_does_layer_by_layer(
    lines: list[str], rows: list[tuple[str, str, str, str]]
) -> None:
    store = MemoryStore()
    store.add(
        Quad(*triple.triple, NamedNode(ONTOLOGY_GRAPH)) for triple in parse("\n".join(lines), format=RdfFormat.TURTLE)
    )
    store.add(Quad(*map(NamedNode, row[:3]), NamedNode(layer_graph(row[3]))) for row in rows)
    rules = rules_of(store, None)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(materialisation, "rules_of", lambda _store: rules)
        materialise(store)
    known: set[tuple[str, ...]] = set()
    for layer in LAYERS:
        stated = {row[:3] for row in rows if row[3] == layer}
        closed = _naive(rules, known | stated)
        inferred = {(t.subject.value, t.predicate.value, t.object.value) for t in _inferred(store, layer)}
        assert inferred == closed - known - stated
        known = closed


def test_a_rule_with_a_foreign_conclusion_is_left_out_unless_asked_for() -> None:
    text = "<http://e/A> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://f/B> ."
    axioms = list(parse(text, format=RdfFormat.TURTLE))
    assert not read_rules(axioms)
    assert len(read_rules(axioms, None)) == 1


@pytest.mark.parametrize("kind", ["equivalentClass", "equivalentProperty"])
def test_equivalence_works_both_ways(kind: str) -> None:
    text = f"<{term('A')}> <http://www.w3.org/2002/07/owl#{kind}> <{term('B')}> ."
    assert len(read_rules(parse(text, format=RdfFormat.TURTLE))) == 2


def test_the_command_leaves_the_version_of_what_then_stands_in_the_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folder = tmp_path / "world.nq", StoreFolder(tmp_path / "store")
    axioms = "".join(f"{t.subject} {t.predicate} {t.object} <{ONTOLOGY_GRAPH}> .\n" for t in _AXIOMS)
    file.write_text(axioms + "".join(lines for lines, _ in generate(World(20, 3))), encoding="utf-8")
    load_files(folder.path, [file])
    versions = []
    for _ in range(2):
        assert main(["materialise", "--store", str(folder.path)]) == 0
        store = folder.reader()
        found = folder.served().version
        expected = DatasetHash().add_dump(store.engine)
        assert (found.version, found.quads) == (expected.version, expected.quads)
        count = sum(len(list(store.quads(inferred_graph(layer)))) for layer in LAYERS)
        assert capsys.readouterr().out.startswith(f"{count:,} triples follow; {found.quads:,} quads")
        assert count > 300
        versions.append(found.version)
    assert versions[0] == versions[1]
