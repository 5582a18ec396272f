"""How a page asks the graph: the queries of `queries/*.rq`, their answers as labelled values.

Page queries are trusted and small, so they run in the web process, not in a killable worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from flask import current_app, g, has_request_context

from biokg.terms import VIEWS
from biokg.web.links import compact, href, reading, words
from biokg.web.service import service

if TYPE_CHECKING:
    from pyoxigraph import Literal, NamedNode

    Term = NamedNode | Literal

Row = dict[str, "Value | None"]
LANGUAGES = {"en": "English", "fr": "Français", "nl": "Nederlands"}
_LABELS_KEPT = 200_000


@dataclass(frozen=True)
class Value:
    """A term as a page shows it. ``text`` is always plain text; ``iri`` is set for resources only."""

    text: str
    iri: str | None = None
    lang: str | None = None
    datatype: str | None = None

    @property
    def href(self) -> str | None:
        """Where it leads; ``None`` for literals and for IRIs that are not http(s)."""
        return href(self.iri) if self.iri else None

    @property
    def curie(self) -> str | None:
        """The IRI with a known prefix."""
        return compact(self.iri) if self.iri else None

    @property
    def numeric(self) -> bool:
        """Whether it is a number, to be set flush right."""
        kinds = ("integer", "decimal", "double", "float", "int", "long", "gYear")
        return bool(self.datatype) and str(self.datatype).rpartition("#")[2] in kinds

    @property
    def outside(self) -> bool:
        """Whether it leads away from this server."""
        return bool(self.href) and not str(self.href).startswith("/")


@cache
def query_text(name: str) -> str:
    """The text of `queries/<name>.rq`."""
    return (files("biokg.web") / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def header_of(text: str) -> dict[str, str]:
    """What the comments ``# name: value`` of a query say.

    >>> header_of("# title: Firms\\nSELECT * {}")
    {'title': 'Firms'}
    """
    said = (line[2:] for line in text.splitlines() if line.startswith("# ") and ": " in line)
    return dict(line.split(": ", 1) for line in said)


def language() -> str:
    """The language of labels that this visitor chose; English unless chosen otherwise."""
    chosen = g.get("language", "en") if has_request_context() else "en"
    return chosen if chosen in LANGUAGES else "en"


def kept(key: str) -> dict[Any, Any]:
    """A dictionary named *key* that lives as long as the published version of the running application."""
    held: dict[str, Any] = current_app.extensions.setdefault("biokg.pages", {})
    version = service().version
    if held.get("version") != version:
        held.clear()
        held["version"] = version
    store: dict[Any, Any] = held.setdefault(key, {})
    return store


def terms(
    name: str, *, view: str | None = None, page: tuple[int, int] | None = None, **bindings: str | Term | None
) -> list[dict[str, Any]]:
    """Rows of the query *name* as pyoxigraph terms by variable; a ``str`` binding is an IRI, ``None`` unbound.

    *page* is (limit, offset); *view* one of :data:`biokg.terms.VIEWS`, all graphs if absent.
    """
    text = query_text(name)
    if page is not None:
        text += f"\nLIMIT {int(page[0])} OFFSET {int(page[1])}"
    return terms_of(text, view=view, bindings=bindings)


def terms_of(text: str, *, view: str | None, bindings: Mapping[str, str | Term | None]) -> list[dict[str, Any]]:
    """Like :func:`terms`, for a query text at hand."""
    from pyoxigraph import NamedNode

    bound = {k: NamedNode(v) if isinstance(v, str) else v for k, v in bindings.items() if v is not None}
    graphs = VIEWS[view].graphs if view else None
    answer = service().store.select(text, default_graphs=graphs, bindings=bound or None)
    return [dict(zip(answer.variables, row, strict=True)) for row in answer.rows]


def rows(name: str, *, view: str | None = None, page: tuple[int, int] | None = None, **bindings: Any) -> list[Row]:
    """Rows of the query *name* with every IRI labelled."""
    return labelled(terms(name, view=view, page=page, **bindings))


def labelled(found: Sequence[Mapping[str, Any]]) -> list[Row]:
    """*found* with each term turned into a :class:`Value`; all labels are looked up at once."""
    from pyoxigraph import NamedNode

    iris = {term.value for row in found for term in row.values() if isinstance(term, NamedNode)}
    names = labels(iris)
    return [{key: value_of(term, names) for key, term in row.items()} for row in found]


def value_of(term: Any, names: Mapping[str, str]) -> Value | None:
    """*term* as a :class:`Value`, its label taken from *names*."""
    from pyoxigraph import BlankNode, Literal, NamedNode

    if isinstance(term, NamedNode):
        return Value(names.get(term.value) or words(term.value), iri=term.value)
    if isinstance(term, Literal):
        return Value(term.value, lang=term.language, datatype=None if term.language else term.datatype.value)
    if isinstance(term, BlankNode):
        return Value("(unnamed)")
    return None if term is None else Value(str(term))


def labels(iris: Iterable[str]) -> dict[str, str]:
    """Labels of *iris* in the visitor's language, else English, else any; IRIs without a label are left out."""
    wanted = set(iris)
    known = kept("labels")
    missing = sorted(iri for iri in wanted if iri not in known)
    if len(known) > _LABELS_KEPT:
        known.clear()
        missing = sorted(wanted)
    for start in range(0, len(missing), 500):
        _fetch_labels(missing[start : start + 500], known)
    chosen = {iri: reading(iri) or _choose(known.get(iri, ()), language()) for iri in wanted}
    return {iri: label for iri, label in chosen.items() if label}


def _fetch_labels(iris: Sequence[str], known: dict[Any, Any]) -> None:
    from pyoxigraph import NamedNode

    for iri in iris:
        known[iri] = ()
    text = query_text("labels").replace("{things}", " ".join(str(NamedNode(iri)) for iri in iris))
    for row in terms_of(text, view=None, bindings={}):
        iri, rank = row["thing"].value, int(row["rank"].value)
        known[iri] = (*known[iri], (rank, row["label"].language or "", row["label"].value))


def _choose(candidates: Sequence[tuple[int, str, str]], wanted: str) -> str | None:
    if not candidates:
        return None
    order = {wanted: 0, "en": 1, "": 2}
    return min(candidates, key=lambda c: (order.get(c[1].split("-")[0], 3), c[0], c[2]))[2]
