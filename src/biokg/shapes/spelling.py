"""Misspelt terms: a property, class or code in the project's namespaces that nothing declares.

Shapes cannot see these: a misspelt class has no shape, a misspelt property is one that the shape does not ask for.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pyoxigraph import NamedNode, Quad

from biokg.shapes.report import Result
from biokg.shapes.vocabulary import Term
from biokg.terms import ONTOLOGY, RDF_TYPE, SCHEME, SHAPE, shorten

KNOWN_TERM = NamedNode(SHAPE + "KnownTerm")
"""Named as the source shape of these results, though it is a rule in Python."""
_COMPONENT = SHAPE + "KnownTermConstraintComponent"


def unknown_terms(quads: Iterable[Quad]) -> tuple[Result, ...]:
    """A Violation for each term of the project's namespaces that *quads* use and do not declare.

    *quads* holds the data together with the ontology and the schemes. The focus node is one that uses the term; the
    message names the nearest term that there is.
    """
    declared: set[str] = set()
    used: dict[tuple[str, str], Term] = {}
    for quad in quads:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, NamedNode) or isinstance(value, Quad):
            continue
        if quad.predicate.value == RDF_TYPE and subject.value.startswith((ONTOLOGY, SCHEME)):
            declared.add(subject.value)
        if quad.predicate.value.startswith(ONTOLOGY):
            used.setdefault((quad.predicate.value, "property"), subject)
        if isinstance(value, NamedNode) and quad.predicate.value == RDF_TYPE and value.value.startswith(ONTOLOGY):
            used.setdefault((value.value, "class"), subject)
        elif isinstance(value, NamedNode) and value.value.startswith(SCHEME):
            used.setdefault((value.value, "code"), subject)
    missing = sorted((iri, kind) for iri, kind in used if iri not in declared)
    return tuple(_result(iri, kind, used[iri, kind], declared) for iri, kind in missing)


def _result(iri: str, kind: str, focus: Term, declared: set[str]) -> Result:
    namespace = SCHEME if kind == "code" else ONTOLOGY
    near = get_close_matches(iri, [name for name in declared if name.startswith(namespace)], n=1, cutoff=0.8)
    hint = f": did you mean {shorten(near[0])}?" if near else "; look it up in the ontology pages."
    message = f"there is no {kind} {shorten(iri)}{hint}"
    return Result(focus, None, NamedNode(iri), KNOWN_TERM, _COMPONENT, "Violation", message)
