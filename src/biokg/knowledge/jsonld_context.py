"""The JSON-LD context of the ontology: short names for its properties and classes, with the type of their values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biokg.terms import ID, ONTOLOGY, PREFIXES, SCHEME

if TYPE_CHECKING:
    from pyoxigraph import Triple

_TYPE, _RANGE = PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "range"
_OWL, _XSD = PREFIXES["owl"], PREFIXES["xsd"]
_DATES = frozenset({"earliest", "latest", "startEarliest", "startLatest", "endEarliest", "endLatest"})
_PREFIXES = ("rdfs", "skos", "dcterms", "prov", "xsd")


CONTEXT = ONTOLOGY + "context.jsonld"


def with_own_context(data: bytes, ontology_folder: Path) -> bytes:
    """*data* with the project's context put in where it is named by its address or file; other JSON is left as it is.

    Decimal numbers become text there, which the context types as xsd:decimal: JSON-LD itself would write 0.05 as the
    double 5.0E-2, which is no decimal. Nothing is fetched.
    """
    try:
        document = json.loads(data, parse_float=str)
    except ValueError:
        return data
    held = document.get("@context") if isinstance(document, dict) else None
    named = held if isinstance(held, list) else [held]
    if not any(name in (CONTEXT, "context.jsonld") for name in named if isinstance(name, str)):
        return data
    own = json.loads((ontology_folder / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    document["@context"] = [own if name in (CONTEXT, "context.jsonld") else name for name in named]
    return json.dumps(document).encode()


def context_document(ontology_folder: Path) -> str:
    """The context as JSON text, terms in order. Days (``earliest`` …) are xsd:date, which no axiom may say."""
    import pyoxigraph as ox

    terms: dict[str, Any] = {}
    triples = [
        quad.triple
        for file in sorted(ontology_folder.glob("*.ttl"))
        for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    ]
    ranges = {t.subject.value: t.object.value for t in triples if t.predicate.value == _RANGE and _named(t)}
    for triple in triples:
        if triple.predicate.value == _TYPE and _named(triple) and triple.subject.value.startswith(ONTOLOGY):
            name = triple.subject.value.removeprefix(ONTOLOGY)
            meaning = _meaning(name, triple.object.value, ranges.get(triple.subject.value, ""))
            if meaning is not None:
                terms[name] = meaning
    prefixes = {name: PREFIXES[name] for name in _PREFIXES}
    fixed = {"@version": 1.1, "id": "@id", "type": "@type", "bkg": ONTOLOGY, "bks": SCHEME, "bki": ID, **prefixes}
    labels = {"label": PREFIXES["rdfs"] + "label", "description": PREFIXES["dcterms"] + "description"}
    return json.dumps({"@context": {**fixed, **labels, **dict(sorted(terms.items()))}}, indent=1) + "\n"


def _named(triple: Triple) -> bool:
    import pyoxigraph as ox

    return isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode)


def _meaning(name: str, kind: str, value_range: str) -> Any:
    identifier = "bkg:" + name
    if kind == _OWL + "Class":
        return identifier
    if kind in (_OWL + "ObjectProperty", _OWL + "AnnotationProperty"):
        return {"@id": identifier, "@type": "@id"}
    if kind != _OWL + "DatatypeProperty":
        return None
    if name in _DATES:
        return {"@id": identifier, "@type": "xsd:date"}
    if value_range.startswith(_XSD) and value_range != _XSD + "string":
        return {"@id": identifier, "@type": "xsd:" + value_range.removeprefix(_XSD)}
    return identifier
