"""IRIs of the SHACL vocabulary and short names for messages."""

from __future__ import annotations

from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from biokg.terms import PREFIXES, shorten

Term: TypeAlias = NamedNode | BlankNode | Literal

RDF = PREFIXES["rdf"]
RDFS = PREFIXES["rdfs"]
OWL = PREFIXES["owl"]
XSD = PREFIXES["xsd"]
SH = PREFIXES["sh"]


def display(term: object) -> str:
    """A term as a reader sees it: a short name, or the literal in quotes."""
    if isinstance(term, NamedNode):
        return shorten(term.value)
    if isinstance(term, Literal):
        datatype = term.datatype.value
        if term.language:
            return f'"{term.value}"@{term.language}'
        return f'"{term.value}"' if datatype == XSD + "string" else f'"{term.value}"^^{shorten(datatype)}'
    return str(term)


__all__ = ["OWL", "RDF", "RDFS", "SH", "XSD", "Term", "display", "shorten"]
