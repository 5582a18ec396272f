"""Property paths survive the way through RDF and mean the same in SPARQL."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from biokg.shapes import Revalidation, validate
from biokg.shapes.embed import chain, embed, patterns, subjects, why_not_embeddable
from biokg.shapes.index import GraphIndex
from biokg.shapes.model import read_shapes
from biokg.shapes.paths import Path, predicate, read_path
from biokg.shapes.vocabulary import RDF, SH, XSD
from biokg.store.memory import MemoryStore

NAMES = st.sampled_from(["p", "q", "r"]).map(lambda name: predicate(f"http://e/{name}"))
UNARY = ("inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
PATHS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.builds(lambda kind, part: Path(kind, parts=(part,)), st.sampled_from(UNARY), inner),
        st.builds(
            lambda kind, parts: Path(kind, parts=tuple(parts)),
            st.sampled_from(["sequence", "alternativePath"]),
            st.lists(inner, min_size=2, max_size=3),
        ),
    ),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(PATHS)
def test_a_path_written_as_rdf_is_read_back_the_same(path: Path) -> None:
    node, triples = path.triples()
    assert read_path(GraphIndex(triples), node) == path


@settings(max_examples=100, deadline=None)
@given(PATHS)
def test_a_path_is_sparql_that_parses_and_names_its_properties(path: Path) -> None:
    text = path.sparql()
    Store().query(f"SELECT * WHERE {{ ?a {text} ?b }}")
    assert all(f"<{iri}>" in text for iri in path.iris)


def _named(*names: str) -> st.SearchStrategy[NamedNode]:
    return st.sampled_from([NamedNode(f"http://e/{name}") for name in names])


EDGES = st.builds(Quad, _named("a", "b", "c"), _named("p", "q", "r"), _named("a", "b", "c"))
TYPES = st.builds(Quad, _named("a", "b", "c"), st.just(NamedNode(RDF + "type")), _named("C", "D"))
WORLDS = st.sets(st.one_of(EDGES, TYPES), min_size=6, max_size=14)
CHANGES = st.sets(st.one_of(EDGES, TYPES), min_size=1, max_size=2)


def _shape(path: Path) -> list[Triple]:
    """Every ``e:C`` has at most one value by *path*, of class ``e:D``."""
    way, triples = path.triples()
    shape, member = NamedNode("http://e/S"), NamedNode("http://e/S-p")
    one = Literal("1", datatype=NamedNode(XSD + "integer"))
    said = [("class", NamedNode("http://e/D")), ("maxCount", one), ("path", way)]
    return [
        *triples,
        Triple(shape, NamedNode(RDF + "type"), NamedNode(SH + "NodeShape")),
        Triple(shape, NamedNode(SH + "targetClass"), NamedNode("http://e/C")),
        Triple(shape, NamedNode(SH + "property"), member),
        *(Triple(member, NamedNode(SH + name), value) for name, value in said),
    ]


@settings(max_examples=300, deadline=None)
@given(PATHS, WORLDS, CHANGES)
def test_a_recheck_finds_all_that_a_change_broke_along_any_path(path: Path, before: set[Quad], flip: set[Quad]) -> None:
    shapes = read_shapes(_shape(path))
    store = MemoryStore()
    store.add(before)
    check = Revalidation(store, shapes)
    old = set(validate(store, shapes=shapes).results)
    store.remove(before & flip)
    store.add(flip - before)
    found = set(check.check(node for quad in flip for node in (quad.subject, quad.object)).results)
    new = set(validate(store, shapes=shapes).results)
    assert new - old <= found <= new


def test_the_focus_pattern_goes_into_the_outermost_group_only() -> None:
    text = (
        'SELECT $this ("{ $this" AS ?text) WHERE { # { not here\n'
        " $this <http://e/p> ?v . FILTER EXISTS { $this ?p ?o } }"
    )
    found = embed(text, "?this a <http://e/C> .")
    assert found.count("<http://e/C>") == 1
    assert '"{ $this"' in found
    assert "$this a" not in found


def test_rows_of_an_embedded_query_are_those_of_one_query_per_node() -> None:
    store = Store()
    for name, value in (("a", "x"), ("b", "y"), ("c", "x")):
        store.add(Quad(*(NamedNode(f"http://e/{part}") for part in (name, "p", value))))
    rule = "SELECT $this ?value WHERE { $this <http://e/p> ?value . FILTER NOT EXISTS { ?value ?q $this } }"
    whole = store.query(embed(rule, "VALUES ?this { <http://e/a> <http://e/b> }"))
    found = {(str(row["this"]), str(row["value"])) for row in whole}
    each = set()
    for name in ("a", "b"):
        node = NamedNode(f"http://e/{name}")
        each |= {(str(node), str(r["value"])) for r in store.query(embed(rule, f"VALUES ?this {{ {node} }}"))}
    assert found == each == {("<http://e/a>", "<http://e/x>"), ("<http://e/b>", "<http://e/y>")}


def test_what_cannot_be_made_set_wise_is_recognised() -> None:
    for reason, text in {
        "MINUS": "SELECT $this WHERE { $this ?p ?o MINUS { $this ?p 1 } }",
        "LIMIT": "SELECT $this WHERE { $this ?p ?o } LIMIT 1",
        "a nested SELECT": "SELECT $this WHERE { { SELECT $this WHERE { $this ?p ?o } } }",
        "$this bound anew": "SELECT $this WHERE { ?x ?p ?o BIND(?x AS $this) }",
        "no $this": "SELECT ?x WHERE { ?x ?p ?o }",
        "a UNION branch that does not begin with $this": "SELECT $this { { FILTER($this) } UNION { $this ?p ?o } }",
    }.items():
        assert why_not_embeddable(text) == reason
    assert why_not_embeddable("SELECT $this WHERE { { $this ?p 1 } UNION { $this ?p 2 } }") is None


def test_nodes_of_a_rule_lead_to_its_focus_through_things_and_not_through_codes_that_all_share() -> None:
    text = """SELECT $this ?other WHERE {
        $this e:flow ?flow . FILTER(?flow != e:none)
        ?other e:flow ?flow .
        ?deal e:hasRole $this . ?deal e:hasRole ?other .
        FILTER NOT EXISTS { ?deal e:ended ?end . } }"""
    found = patterns(text)
    assert chain(found, "?other", "?this") == "?deal e:hasRole ?other . ?deal e:hasRole ?this ."
    assert chain(found, "?deal", "?this") == "?deal e:hasRole ?this ."
    assert chain(found, "?end", "?this") is None
    assert subjects(found)["?deal"] == {"e:hasRole ?any"}
