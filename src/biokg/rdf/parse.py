"""Reading RDF from outside: size, depth and every reference to elsewhere are checked before the parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from biokg.errors import TooLarge, UnsupportedMediaType, UsageError

if TYPE_CHECKING:
    import pyoxigraph as ox

READ_TYPES = {
    "text/turtle": "TURTLE",
    "application/x-turtle": "TURTLE",
    "application/turtle": "TURTLE",
    "application/n-triples": "N_TRIPLES",
    "text/plain": "N_TRIPLES",
    "application/ld+json": "JSON_LD",
    "application/rdf+xml": "RDF_XML",
    "application/xml": "RDF_XML",
    "text/xml": "RDF_XML",
    "application/trig": "TRIG",
    "application/n-quads": "N_QUADS",
    "text/n-quads": "N_QUADS",
    "text/n3": "N3",
}
DATASET_FORMATS = frozenset({"TRIG", "N_QUADS", "JSON_LD"})
MAX_DEPTH = 128
_BRACKETS = re.compile(rb"[\[\](){}]|<<|>>")
_SKIPPED = re.compile(
    rb'"""(?:[^"\\]|\\.|"(?!""))*"""|' + rb"'''(?:[^'\\]|\\.|'(?!''))*'''|"
    rb'"(?:[^"\\\r\n]|\\.)*"|' + rb"'(?:[^'\\\r\n]|\\.)*'|<[^<>\"{}|^`\x00-\x20]*>|\#[^\r\n]*",
    re.DOTALL,
)
_JSON_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_CONTEXT_ELSEWHERE = re.compile(rb'"@(?:context|import)"\s*:\s*(?:\[[^\]{}]*)?"')
_XML_TAG = re.compile(rb"<(/?)[A-Za-z_][^<>]*?(/?)>")


def format_name(media_type: str) -> str:
    """pyoxigraph's name of the format for *media_type*. Raises :class:`UnsupportedMediaType`."""
    name = READ_TYPES.get(media_type.split(";", maxsplit=1)[0].strip().lower())
    if name is None:
        raise UnsupportedMediaType(
            f"RDF of type {media_type or 'unknown'!r} is not read here",
            fix="send Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML and say which in Content-Type",
        )
    return name


def parse_rdf(
    data: bytes, media_type: str, *, base: str | None = None, max_bytes: int = 10 * 1024 * 1024
) -> Iterator[ox.Quad]:
    """Quads of *data*, in its order; blank nodes are renamed so that two documents never share one.

    Nothing is fetched: a JSON-LD context by address and a DTD are refused. Raises :class:`TooLarge` above
    *max_bytes* or a depth of 128, :class:`UnsupportedMediaType`, and :class:`UsageError` where the document
    breaks its syntax, from the iteration too.
    """
    import pyoxigraph as ox

    name = format_name(media_type)
    if len(data) > max_bytes:
        raise TooLarge(f"the document is longer than {max_bytes} bytes", fix="split it, or raise max_upload_bytes")
    check_document(data, name)
    try:
        yield from ox.parse(data, getattr(ox.RdfFormat, name), base_iri=base, rename_blank_nodes=True)
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"the {name.replace('_', '-')} cannot be read: {error}") from None


def check_document(data: bytes, name: str) -> None:
    """Refuse what would nest, expand or fetch. Raises :class:`TooLarge` and :class:`UsageError`."""
    if name == "RDF_XML":
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or _utf16(data):
            raise UsageError("a DTD is not read here", fix="write IRIs out, without entities, in UTF-8")
        _check_depth((1 if not slash else -1) for slash, closed in _XML_TAG.findall(data) if not closed)
        return
    if name == "JSON_LD":
        if _CONTEXT_ELSEWHERE.search(data):
            raise UsageError("a JSON-LD context by address is not fetched", fix="put the context in the document")
        bare = _JSON_STRING.sub(b"", data)
    elif name in ("N_TRIPLES", "N_QUADS") and b"<<" not in data:
        return
    else:
        bare = _SKIPPED.sub(b" ", data)
    _check_depth((1 if bracket in (b"[", b"(", b"{", b"<<") else -1) for bracket in _BRACKETS.findall(bare))


def _utf16(data: bytes) -> bool:
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:64]


def _check_depth(steps: Iterator[int]) -> None:
    depth = 0
    for step in steps:
        depth += step
        if depth > MAX_DEPTH:
            raise TooLarge(f"the document is nested deeper than {MAX_DEPTH}", fix="flatten it")
