"""rdflib and pyoxigraph as each other's oracle: generated queries have the same solutions in both.

Left out is what one of them gets wrong. rdflib: VALUES beside OPTIONAL, and solutions without any variable;
pyoxigraph: ``(p|p)`` has each solution once, where the specification has it twice.
"""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph

from biokg.sparql.guard import Guard, check_query
from biokg.store.memory import MemoryStore

CASES = 2000
NODES = [f"<http://e/n{i}>" for i in range(5)]
PREDICATES = [f"<http://e/p{i}>" for i in range(3)]
VARIABLES = ["?a", "?b", "?c", "?d"]
DATA = "\n".join(
    [f"<http://e/n{i}> <http://e/p{j}> <http://e/n{(i * (j + 2) + 1) % 5}> ." for i in range(5) for j in range(3)]
    + [f"<http://e/n{i}> <http://e/v> {i % 3} ." for i in range(5)]
)

nodes = st.sampled_from([*NODES, *VARIABLES])
paths = st.recursive(
    st.sampled_from(PREDICATES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}/{pair[1]})"),
        inner.map(lambda path: f"^({path})"),
    ),
    max_leaves=3,
)
triples = st.one_of(
    st.tuples(nodes, st.one_of(paths, st.sampled_from(VARIABLES)), nodes).map(lambda t: f"{t[0]} {t[1]} {t[2]} ."),
    st.tuples(st.sampled_from(VARIABLES), st.sampled_from(VARIABLES)).map(lambda t: f"{t[0]} <http://e/v> {t[1]} ."),
)
patterns = st.lists(triples, min_size=1, max_size=3).map(" ".join)
blocks = st.one_of(
    patterns,
    st.tuples(patterns, patterns).map(lambda pair: f"{{ {pair[0]} }} UNION {{ {pair[1]} }}"),
)
filters = st.one_of(
    st.tuples(st.sampled_from(VARIABLES), st.sampled_from(["=", "!="]), st.sampled_from([*NODES, *VARIABLES])).map(
        lambda t: f"FILTER({t[0]} {t[1]} {t[2]})"
    ),
    st.tuples(st.sampled_from(VARIABLES), st.sampled_from(["<", ">=", "="]), st.integers(0, 3)).map(
        lambda t: f"FILTER({t[0]} {t[1]} {t[2]})"
    ),
    st.sampled_from(VARIABLES).map(lambda name: f"FILTER(BOUND({name}))"),
    st.sampled_from(VARIABLES).map(lambda name: f"FILTER(ISIRI({name}))"),
    st.just(""),
)


@st.composite
def queries(draw: st.DrawFn) -> str:
    group = f"?a {draw(st.sampled_from(PREDICATES))} ?b . " + " ".join(draw(st.lists(blocks, min_size=1, max_size=2)))
    optional = f"OPTIONAL {{ {draw(triples)} }}" if draw(st.booleans()) else ""
    kept = draw(st.sampled_from(["*", "DISTINCT *"]))
    if draw(st.booleans()):
        return f"SELECT (COUNT(*) AS ?count) WHERE {{ {group} {optional} {draw(filters)} }}"
    return f"SELECT {kept} WHERE {{ {group} {optional} {draw(filters)} }}"


def of_pyoxigraph(store: MemoryStore, text: str) -> Counter[frozenset[tuple[str, str]]]:
    found = store.select(text, union_default_graph=False)
    return Counter(
        frozenset((n, _value(t)) for n, t in zip(found.variables, row, strict=True) if t is not None)
        for row in found.rows
    )


def _value(term: object) -> str:
    return str(term.value) if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def of_rdflib(graph: Graph, text: str) -> Counter[frozenset[tuple[str, str]]]:
    result = graph.query(text)
    return Counter(frozenset((str(n), str(t)) for n, t in row.asdict().items()) for row in result)  # type: ignore[union-attr]


STORE, GRAPH = MemoryStore(), Graph().parse(data=DATA, format="turtle")
STORE.engine.load(DATA.encode(), ox.RdfFormat.TURTLE)


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(queries())
def test_both_engines_give_the_same_solutions(text: str) -> None:
    assert check_query(text, Guard()).form == "SELECT"
    assert of_pyoxigraph(STORE, text) == of_rdflib(GRAPH, text)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text(alphabet="SELECT WHERE{}()<>?abe:/'\"\\#. \n*|^!1", max_size=80))
def test_the_guard_passes_or_refuses_any_text_with_an_error_of_the_tree(text: str) -> None:
    from biokg.errors import BioKGError

    status = 200
    try:
        check_query(text, Guard())
    except BioKGError as error:
        status = error.status
    assert status in (200, 400, 403, 413)
