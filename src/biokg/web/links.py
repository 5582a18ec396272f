"""Where an IRI leads, and how it reads: only http(s) IRIs become links, our own lead to this server."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from biokg.terms import BASE, PREFIXES

_BY_LENGTH = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))
_LOCAL = re.compile(r"[\w-][\w.-]*", re.ASCII)
_SAFE = "/:@!$&'()*+,;=%-._~"


def local_path(iri: str) -> str | None:
    """The path on this server at which one of our own IRIs resolves; ``None`` for any other IRI.

    >>> local_path("https://w3id.org/biokg/id/organization/argenx")
    '/id/organization/argenx'
    """
    return "/" + quote(iri.removeprefix(BASE), safe=_SAFE) if iri.startswith(BASE) else None


def href(iri: str) -> str | None:
    """The address to link *iri* to, or ``None`` if it must stay text (any scheme but http and https)."""
    path = local_path(iri)
    if path is not None:
        return path
    parts = urlsplit(iri)
    return iri if parts.scheme in {"http", "https"} and parts.netloc else None


def compact(iri: str) -> str:
    """*iri* with a known prefix (``bkg:Alliance``) where that can be written, otherwise unchanged.

    >>> compact("https://w3id.org/biokg/ontology/Alliance")
    'bkg:Alliance'
    """
    for prefix, namespace in _BY_LENGTH:
        if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


READING = {
    "altLabel": "also known as",
    "prefLabel": "name",
    "isDefinedBy": "defined in",
    "inScheme": "in the list",
    "subClassOf": "is a kind of",
    "subPropertyOf": "is a kind of",
    "description": "description",
    "type": "is a",
}


def reading(iri: str) -> str | None:
    """How a page calls a property of a common vocabulary, where its own label would puzzle a reader.

    >>> reading("http://www.w3.org/2004/02/skos/core#prefLabel")
    'name'
    """
    ours = iri.startswith(BASE) or not any(iri.startswith(namespace) for namespace in PREFIXES.values())
    return None if ours else READING.get(re.split(r"[/#]", iri)[-1])


def words(iri: str) -> str:
    """A readable stand-in for a missing label, from the last segment of *iri*.

    >>> words("https://w3id.org/biokg/ontology/knowledgeFlow")
    'knowledge flow'
    """
    if not iri.startswith(BASE) and not any(iri.startswith(namespace) for namespace in PREFIXES.values()):
        return iri
    last = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    if said := reading(iri):
        return said
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last).replace("-", " ").replace("_", " ")
    return " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in spaced.split()) or iri
