"""Data that somebody brings: checked beside the ontology, with what shapes alone cannot see and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from biokg.shapes.exclusion import of_two_kinds
from biokg.shapes.model import Shapes
from biokg.shapes.report import ValidationReport
from biokg.shapes.spelling import unknown_terms
from biokg.shapes.validation import validate
from biokg.shapes.vocabulary import Term
from biokg.store.memory import MemoryStore

_PREFIX = re.compile(r"^\s*(?:@prefix|PREFIX)\s+([\w.-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)


def validate_own(
    own: MemoryStore, beside: Iterable[Quad], shapes: Shapes, *, vocabulary: Iterable[Quad] | None = None
) -> ValidationReport:
    """What is wrong with the data *own*, read together with the ontology, the codes and perhaps data *beside* it.

    Beyond the shapes it names misspelt terms and nodes of two classes that exclude each other, by what *vocabulary*
    declares: the part of *beside* that is ontology and codes (default: all of it). What is wrong with a node of which
    only *beside* speaks is left out. *own* holds everything afterwards.
    """
    context, engine = list(beside), own.engine
    declares = context if vocabulary is None else list(vocabulary)
    foreign = {
        node for node in {quad.subject for quad in context} if not any(engine.quads_for_pattern(node, None, None))
    }
    unknown = unknown_terms(engine, declares)
    own.add(context)
    more = (*unknown, *of_two_kinds(engine))
    report = validate(own, shapes=shapes)
    return replace(report, results=tuple(r for r in (*report.results, *more) if r.focus not in foreign))


@dataclass(frozen=True)
class Text:
    """Data as text, to say on which line a node is first spoken of: the file at *path*, or *content* called so."""

    path: Path
    content: str | None = None

    @cached_property
    def _whole(self) -> str:
        content = self.content
        if content is None:
            content = self.path.read_text(encoding="utf-8", errors="replace")
        return "\n".join(content.splitlines())

    @cached_property
    def _prefixes(self) -> list[tuple[str, str]]:
        return [(name, iri) for name, iri in _PREFIX.findall(self._whole) if iri]

    def line_of(self, node: Term) -> int | None:
        """The line, from 1, at which *node* stands as a subject; else where it first stands; ``None`` if nowhere."""
        if not isinstance(node, NamedNode):
            return None
        names = [f"<{node.value}>", f'"{node.value}"']
        names += [f"{name}:{node.value[len(iri) :]}" for name, iri in self._prefixes if node.value.startswith(iri)]
        spelt = "|".join(re.escape(name) for name in names)
        for pattern in (rf"^[^\S\n]*({spelt})(?=[\s;,.]|$)", rf"({spelt})(?=[\s;,.:\]}}]|$)"):
            found = re.search(pattern, self._whole, re.MULTILINE)
            if found is not None:
                return self._whole.count("\n", 0, found.start(1)) + 1
        return None


class TextOfLines:
    """A file of N-Triples or N-Quads, of any size: the lines of *nodes*, found in one pass (see :class:`Text`)."""

    def __init__(self, path: Path, nodes: Iterable[Term]) -> None:
        self.path = path
        wanted = {str(node).encode() for node in nodes if isinstance(node, NamedNode)}
        self._subjects: dict[bytes, int] = {}
        self._objects: dict[bytes, int] = {}
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                subject, _, rest = line.partition(b" ")
                if subject in wanted:
                    self._subjects.setdefault(subject, number)
                value = rest.partition(b" ")[2].partition(b" ")[0]
                if value in wanted:
                    self._objects.setdefault(value, number)

    def line_of(self, node: Term) -> int | None:
        """The line, from 1, at which *node* stands as a subject; else where it first stands; ``None`` if nowhere."""
        spelt = str(node).encode()
        return self._subjects.get(spelt, self._objects.get(spelt))


def text_of(path: Path, nodes: Iterable[Term]) -> Text | TextOfLines:
    """The file at *path*, to be asked for the lines of *nodes*."""
    return TextOfLines(path, nodes) if path.suffix.lower() in (".nt", ".nq") else Text(path)


def where(node: Term, texts: Iterable[Text | TextOfLines]) -> str:
    """``file:line`` for *node* in the first of *texts* that speaks of it; empty where none does."""
    for text in texts:
        line = text.line_of(node)
        if line is not None:
            return f"{text.path.name}:{line}"
    return ""
