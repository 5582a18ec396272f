"""The shapes as pages: what data must hold, class by class, and each shape at its own IRI."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from biokg.errors import NotFound
from biokg.queries.nearest import nearest
from biokg.terms import ONTOLOGY, PREFIXES, SHAPE, shorten
from biokg.web.asking import Value, kept, labels
from biokg.web.rendering import HTML, RDF_TYPES, finish, media_type, page, split_suffix
from biokg.web.service import service

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from biokg.shapes.model import Shape, Shapes
    from biokg.shapes.vocabulary import Term

blueprint = Blueprint("shapes", __name__)
FORMATS = (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML"))
_SH = PREFIXES["sh"]


@dataclass(frozen=True)
class Rule:
    """One shape in words: its name, what it says when broken, how bad that is, and the path it looks at."""

    name: str
    message: str
    severity: str
    path: str


@dataclass(frozen=True)
class Target:
    """A node shape with what it is about and its rules."""

    name: str
    label: str
    classes: tuple[Value, ...]
    rules: tuple[Rule, ...]


def shapes() -> Shapes:
    """The shapes beside the ontology, read once."""
    from biokg.shapes import load_shapes

    memory = kept("shapes")
    if "all" not in memory:
        memory["all"] = load_shapes(service().settings.ontology_folder / "shapes")
    held: Shapes = memory["all"]
    return held


def _modules() -> dict[str, set[str]]:
    """Which named shapes each file of the folder holds."""
    import pyoxigraph as ox

    memory = kept("shape modules")
    if not memory:
        for file in sorted((service().settings.ontology_folder / "shapes").glob("*.ttl")):
            triples = ox.parse(path=str(file), format=ox.RdfFormat.TURTLE)
            memory[file.stem] = {str(triple.subject) for triple in triples}
    return memory


def targets() -> dict[str, list[Target]]:
    """The shapes with a target by module, those of classes first."""
    found: dict[str, list[Target]] = defaultdict(list)
    homes = {name: module for module, names in _modules().items() for name in names}
    for shape in shapes().targeted:
        if str(shape.id) in homes:
            found[homes[str(shape.id)]].append(_target(shape))
    return {
        module: sorted(held, key=lambda t: (not t.classes, t.label.lower())) for module, held in sorted(found.items())
    }


def _target(shape: Shape) -> Target:
    every = shapes()
    iris = [target.term.value for target in shape.targets if hasattr(target.term, "value")]
    names = labels(iris)
    parts = (shape, *(every.by_node[node] for node in shape.properties if node in every.by_node))
    label = next((_text(v) for v in every.index.objects(shape.id, PREFIXES["rdfs"] + "label")), _name(shape.id))
    return Target(
        _name(shape.id),
        label,
        tuple(Value(names.get(iri, shorten(iri)), iri=iri) for iri in iris if iri.startswith(ONTOLOGY)),
        tuple(rule(part) for part in parts if part.messages),
    )


def rule(shape: Shape) -> Rule:
    """*shape* in words."""
    message = shape.messages[0].value if shape.messages else ""
    return Rule(_name(shape.id), message, shape.severity.rpartition("#")[2].lower(), str(shape.path or ""))


def rules_of(iri: str) -> list[Rule]:
    """The rules of the shapes that target the class *iri*, or that look at the property *iri* of any class."""
    every = shapes()
    held = []
    for shape in every.targeted:
        aimed = any(str(target.term) == f"<{iri}>" for target in shape.targets)
        for node in shape.properties:
            paths = [str(path) for path in every.index.objects(node, _SH + "path")]
            held += [every.by_node[node]] if aimed or f"<{iri}>" in paths else []
        held += [shape] if aimed else []
    return list(dict.fromkeys(rule(shape) for shape in held if shape.messages))


def _name(node: Term) -> str:
    return str(node).strip("<>").removeprefix(SHAPE)


def _text(node: Term) -> str:
    return getattr(node, "value", str(node))


def triples_of(start: Term) -> list[Triple]:
    """What the shapes say of *start*, with the unnamed parts that belong to it."""
    from pyoxigraph import BlankNode

    outgoing: dict[Term, list[Triple]] = defaultdict(list)
    for triple in shapes().index:
        outgoing[triple.subject].append(triple)  # type: ignore[index]
    found: list[Triple] = []
    waiting, seen = [start], {start}
    while waiting:
        for triple in outgoing.get(waiting.pop(), ()):
            found.append(triple)
            if isinstance(triple.object, BlankNode) and triple.object not in seen:
                seen.add(triple.object)
                waiting.append(triple.object)
    return found


def _written(triples: Iterable[Triple], kind: str) -> Response:
    from pyoxigraph import RdfFormat, serialize

    rdf_format = RdfFormat.from_media_type(kind) or RdfFormat.TURTLE
    prefixes = (
        None if kind == RDF_TYPES["nt"] else {name: PREFIXES[name] for name in ("sh", "bkg", "bks", "bksh", "xsd")}
    )
    return finish(serialize(triples, format=rdf_format, prefixes=prefixes) or b"", kind)


@blueprint.get("/shape")
@blueprint.get("/shape/")
@blueprint.get("/shape.<suffix>")
def index(suffix: str | None = None) -> Response:
    """What data must hold, class by class; or all shapes as RDF."""
    asked = split_suffix(f"shape.{suffix}", {**dict(FORMATS), "html": "HTML"})[1] if suffix else None
    kind = media_type((HTML, *RDF_TYPES.values()), asked)
    if kind == HTML:
        return page("shapes.html", modules=targets(), formats=FORMATS)
    return _written(list(shapes().index), kind)


@blueprint.get("/shape/<name>")
@blueprint.get("/shape/module/<name>")
def one(name: str) -> Response:
    """A shape: what it asks and of what, with its Turtle; or its triples. A module: the header of its file."""
    from flask import request
    from pyoxigraph import NamedNode

    stem, asked = split_suffix(name, {**dict(FORMATS), "html": "HTML"})
    stem = f"module/{stem}" if request.path.startswith("/shape/module/") else stem
    node = NamedNode(SHAPE + stem)
    found = triples_of(node)
    if not found:
        guess = nearest(stem, [_name(known) for known in shapes().by_node])
        raise NotFound(f"there is no shape {stem!r}", fix=f"Did you mean {guess!r}?" if guess else "see /shape for all")
    kind = media_type((HTML, *RDF_TYPES.values()), asked)
    if kind != HTML:
        return _written(found, kind)
    shape = shapes().by_node.get(node)
    users = [_name(s.id) for s in shapes().by_node.values() if node in s.references]
    return page(
        "shape.html",
        iri=node.value,
        name=stem,
        target=_target(shape) if shape else None,
        rule=rule(shape) if shape else None,
        users=sorted(users),
        turtle=_as_written(stem),
        formats=FORMATS,
    )


def _as_written(name: str) -> str:
    """The paragraph of the shapes' files that begins with the shape *name*."""
    for file in sorted((service().settings.ontology_folder / "shapes").glob("*.ttl")):
        text = file.read_text(encoding="utf-8")
        start = rf"(?:bksh:{re.escape(name)}|<{re.escape(SHAPE + name)}>)"
        at = re.search(rf"^{start} .*?(?=\n\n|\Z)", text, re.DOTALL | re.MULTILINE)
        if at:
            return at[0].strip()
    return ""
