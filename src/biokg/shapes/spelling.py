"""Misspelt terms: a property, class, code or datatype that nothing declares.

Shapes cannot see these: a misspelt class has no shape, a misspelt property is one that the shape does not ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from difflib import get_close_matches

from pyoxigraph import NamedNode, Quad, Store

from biokg.shapes.asking import rows
from biokg.shapes.report import Result
from biokg.shapes.vocabulary import Term
from biokg.terms import BASE, ONTOLOGY, PREFIXES, RDF_TYPE, SCHEME, SHAPE, shorten

KNOWN_TERM = NamedNode(SHAPE + "KnownTerm")
"""Named as the source shape of these results, though it is a rule in Python."""
_COMPONENT = SHAPE + "KnownTermConstraintComponent"
_OURS = re.compile(r"https?://(?:www\.)?w3id\.org/biokg/")
_KINDS = ("class", "code", "datatype", "property")
_LISTED = 16
"""A list of at most so many codes is told in full where no code of it is near."""
COMMON = {
    PREFIXES["rdf"]: "type subject predicate object value first rest nil List Statement Property Bag Seq Alt "
    "langString HTML XMLLiteral JSON",
    PREFIXES["rdfs"]: "label comment seeAlso isDefinedBy subClassOf subPropertyOf domain range member Class Resource "
    "Literal Datatype Container ContainerMembershipProperty",
    PREFIXES["skos"]: "Concept ConceptScheme Collection OrderedCollection prefLabel altLabel hiddenLabel notation note "
    "changeNote definition editorialNote example historyNote scopeNote inScheme hasTopConcept topConceptOf broader "
    "narrower related broaderTransitive narrowerTransitive semanticRelation mappingRelation exactMatch closeMatch "
    "broadMatch narrowMatch relatedMatch member memberList",
    PREFIXES["xsd"]: "string boolean decimal integer float double date time dateTime dateTimeStamp gYear gMonth gDay "
    "gYearMonth gMonthDay duration yearMonthDuration dayTimeDuration byte short int long unsignedByte unsignedShort "
    "unsignedInt unsignedLong positiveInteger nonNegativeInteger negativeInteger nonPositiveInteger hexBinary "
    "base64Binary anyURI language normalizedString token NMTOKEN Name NCName",
}  # fmt: skip
"""The terms of the vocabularies that are closed and that everybody uses, as their specifications list them."""


@dataclass
class _Terms:
    """What data and the vocabulary beside it declare, and what the data use: each use with one node that has it."""

    declared: dict[str, set[str]] = field(default_factory=lambda: {"property": set(), "class": set(), "code": set()})
    used: dict[tuple[str, str], Term] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Store, vocabulary: Iterable[Quad]) -> _Terms:
        """Those of *data* and *vocabulary*."""
        found = cls()
        for quad in vocabulary:
            if quad.predicate.value == RDF_TYPE:
                found._declare(quad.subject, quad.object)
        with ThreadPoolExecutor() as threads:
            declared = threads.submit(rows, data, "declared.rq")
            uses = {kind: threads.submit(rows, data, f"used-{kind}.rq") for kind in _KINDS}
        for term, kind in declared.result():
            found._declare(term, kind)
        for name, use in uses.items():
            for term, node in use.result():
                if isinstance(term, NamedNode) and _is_to_be_known(term.value, name):
                    found.used[term.value, name] = node
        return found

    def _declare(self, term: object, kind: object) -> None:
        if not isinstance(term, NamedNode) or not isinstance(kind, NamedNode):
            return
        if term.value.startswith(SCHEME):
            self.declared["code"].add(term.value)
        elif kind.value.endswith("Property"):
            self.declared["property"].add(term.value)
        elif kind.value.endswith(("#Class", "#Datatype")):
            self.declared["class"].add(term.value)

    def missing(self) -> list[tuple[str, str]]:
        """The terms that are used and that nothing declares."""
        return sorted(use for use in self.used if not self._known(*use))

    def _known(self, iri: str, kind: str) -> bool:
        for namespace, names in COMMON.items():
            if iri.startswith(namespace):
                rest = iri.removeprefix(namespace)
                return rest in names.split() or re.fullmatch(r"_\d+", rest) is not None
        return any(iri in self.declared[name] for name in ({kind} & self.declared.keys() or {"class"}))


def unknown_terms(data: Store, vocabulary: Iterable[Quad]) -> tuple[Result, ...]:
    """A Violation for each term of the project's namespaces, or of RDF, RDFS, SKOS and XSD, that nothing declares.

    *vocabulary*: the ontology and the schemes; *data* may declare more. The focus node is one that uses the term; the
    message names the nearest term that there is, or the codes of the list.
    """
    terms = _Terms.of(data, vocabulary)
    return tuple(_result(iri, kind, terms) for iri, kind in terms.missing())


def _is_to_be_known(iri: str, kind: str) -> bool:
    return kind == "code" or bool(_OURS.match(iri)) or iri.startswith(tuple(COMMON))


def _result(iri: str, kind: str, terms: _Terms) -> Result:
    hint = _codes(iri, terms.declared["code"]) if kind == "code" else _nearest(iri, kind, terms.declared)
    message = f"there is no {kind} {shorten(iri)}{hint}"
    return Result(terms.used[iri, kind], None, NamedNode(iri), KNOWN_TERM, _COMPONENT, "Violation", message)


def _nearest(iri: str, kind: str, declared: dict[str, set[str]]) -> str:
    for namespace, names in COMMON.items():
        if iri.startswith(namespace):
            near = _close(iri, (namespace + name for name in names.split()))
            return f": did you mean {shorten(near[0])}?" if near else "; see the specification of that vocabulary."
    near = _close(iri, (name for name in declared[kind if kind in declared else "class"] if name.startswith(ONTOLOGY)))
    if near:
        return f": did you mean {shorten(near[0])}?"
    return f"; find the right one at {BASE}ontology?q={_last(iri)}, or use a property of your own namespace."


def _codes(iri: str, declared: set[str]) -> str:
    scheme, _, _ = iri.rpartition("/")
    fellows = sorted(name for name in declared if name.startswith(scheme + "/"))
    if not fellows:
        near = _close(scheme, {name.rpartition("/")[0] for name in declared if name.count("/") == iri.count("/")})
        return f": there is no list of that name; did you mean {shorten(near[0])}?" if near else ", nor such a list."
    near = _close(iri, fellows)
    if near:
        return f": did you mean {shorten(near[0])}?"
    if len(fellows) > _LISTED:
        return f": see {scheme} for the {len(fellows)} codes of that list, or add one to it with skos:inScheme."
    return f": the codes are {', '.join(map(_last, fellows))}; add one of your own to the list with skos:inScheme."


def _close(iri: str, candidates: Iterable[str]) -> list[str]:
    """The candidates whose last segment is most like that of *iri*, at most one."""
    by_name: dict[str, str] = {}
    for candidate in sorted(candidates):
        by_name.setdefault(_last(candidate).lower(), candidate)
    return [by_name[name] for name in get_close_matches(_last(iri).lower(), by_name, n=1, cutoff=0.72)]


def _last(iri: str) -> str:
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]
