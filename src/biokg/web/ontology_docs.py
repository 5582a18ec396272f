"""The ontology's documentation: overview, search, modules as diagrams, hierarchy, relations, a page for every term."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from biokg.errors import NotFound
from biokg.queries.published import COMPETENCY
from biokg.terms import BASE, ONTOLOGY, ONTOLOGY_GRAPH
from biokg.web import ontology_terms as held
from biokg.web import shape_docs
from biokg.web.asking import Row, Value, rows
from biokg.web.drawing.classes import Diagram, context
from biokg.web.entity import FORMATS, OFFERS, known, named_graph, resolve, view_of
from biokg.web.frame import STATIC
from biokg.web.rendering import (
    CSV,
    HTML,
    JSON,
    RDF_TYPES,
    as_json,
    finish,
    media_type,
    page,
    plain,
    split_suffix,
    table,
)
from biokg.web.service import service

blueprint = Blueprint("ontology", __name__)
blueprint.register_blueprint(shape_docs.blueprint)

SVG = "image/svg+xml"
PAGES = ("hierarchy", "relations", "changes")
"""Pages beside the terms; no term may have one of these names."""


@dataclass
class Module:
    """One module of the ontology with its terms by sort."""

    value: Value
    about: str = ""
    terms: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))


def modules() -> list[Module]:
    """Every module with its terms, each term once, with its definition."""
    found: dict[str, Module] = {}
    for row in rows("modules"):
        if row["module"] and row["module"].iri:
            found[row["module"].iri] = Module(row["module"], row["about"].text if row["about"] else "")
    seen: set[str] = set()
    for row in rows("ontology_terms"):
        term, sort, module = row["term"], row["sort"], row["module"]
        if term is None or sort is None or term.iri is None or term.iri in seen:
            continue
        seen.add(term.iri)
        key = module.iri if module and module.iri else ONTOLOGY
        home = found.setdefault(key, Module(module or Value("other terms", iri=ONTOLOGY)))
        home.terms[sort.text].append(row)
    return [m for m in found.values() if m.terms]


@blueprint.get("/ontology")
@blueprint.get("/ontology/")
@blueprint.get("/ontology.<suffix>")
def index(suffix: str | None = None) -> Response:
    """Overview and all terms by module, or those that ``?q=`` finds; or the whole ontology as RDF."""
    asked = split_suffix(f"ontology.{suffix}", {**dict(FORMATS), "html": "HTML"})[1] if suffix else None
    kind = media_type((HTML, *RDF_TYPES.values(), JSON, CSV), asked)
    wanted = request.args.get("q", "").strip()[:200]
    if kind in (HTML, JSON) and wanted:
        return _search_page(wanted, kind)
    if kind == HTML:
        overview = drawn(held.overview_diagram(), "The modules; a hollow arrow leads to what a module builds on")
        return page("ontology.html", modules=modules(), schemes=rows("schemes"), formats=FORMATS, overview=overview)
    if kind == JSON:
        return as_json(
            [{"module": m.value.iri, "terms": plain(t for group in m.terms.values() for t in group)} for m in modules()]
        )
    if kind == CSV:
        listed = [{"module": m.value, **t} for m in modules() for group in m.terms.values() for t in group]
        return table(tuple(dict.fromkeys(key for row in listed for key in row)), listed, CSV, "biokg-ontology")
    return finish(named_graph(ONTOLOGY_GRAPH, kind), kind)


def _search_page(wanted: str, kind: str) -> Response:
    found = held.search(wanted)
    if kind == JSON:
        listed = [
            {"iri": f.value.iri, "label": f.value.text, "sort": f.sort, "definition": f.definition} for f in found
        ]
        return as_json(listed)
    return page("ontology_search.html", wanted=wanted, found=found)


def drawn(diagram: Diagram, title: str, *, alone: bool = False) -> str:
    """The SVG of *diagram*; *alone* with its own style sheet, for a file."""
    style = (STATIC / "ontology.css").read_text(encoding="utf-8") if alone else ""
    return render_template("pictures/classes.svg", **context(diagram), title=title, alone=alone, style=style)


@blueprint.get("/ontology/hierarchy")
def hierarchy() -> Response:
    """All classes as a tree."""
    tree = held.classes()
    roots = [c for c in tree.values() if not c.parents]
    return page("ontology_hierarchy.html", tree=tree, roots=sorted(roots, key=lambda c: (not c.children, c.value.text)))


@blueprint.get("/ontology/relations")
@blueprint.get("/ontology/relations.svg")
def relations() -> Response:
    """Which relation leads from which class to which, as a picture and as a table."""
    title = "Relations between the classes of the ontology"
    if request.path.endswith(".svg"):
        return finish(drawn(held.relations_diagram(), title, alone=True), SVG, filename="biokg-ontology-relations.svg")
    every = sorted(held.properties().values(), key=lambda p: p.value.text.lower())
    return page("ontology_relations.html", drawn=drawn(held.relations_diagram(), title), properties=every)


@blueprint.get("/ontology/changes")
def changes() -> Response:
    """What each version of the ontology changed."""
    return page("ontology_changes.html", changes=held.changes(service().settings.ontology_folder))


@blueprint.get("/ontology/context.jsonld")
def term_names() -> Response:
    """The JSON-LD context: short names for the terms, for plain JSON."""
    from biokg.knowledge.jsonld_context import context_document

    return finish(context_document(service().settings.ontology_folder).encode(), RDF_TYPES["jsonld"])


@blueprint.get("/ontology/module/<name>.svg")
def module_picture(name: str) -> Response:
    """The diagram of a module as a file."""
    iri = known(held.MODULE + name)
    text = drawn(held.module_diagram(iri), f"Module {name} of the BioKG ontology", alone=True)
    return finish(text, SVG, filename=f"biokg-ontology-{name}.svg")


@blueprint.get("/ontology/<int:major>.<int:minor>.<int:patch>")
@blueprint.get("/ontology/module/<name>/<int:major>.<int:minor>.<int:patch>")
def version(major: int, minor: int, patch: int, name: str | None = None) -> BaseResponse:
    """The IRI of the version served here leads to what it is the version of, that of the one before to the changes."""
    of = f"module/{name}/" if name else ""
    iri = f"{ONTOLOGY}{of}{major}.{minor}.{patch}"
    found = rows("ontology/versions")
    if any(row["prior"] and row["prior"].iri == iri for row in found):
        return redirect("/ontology/changes", code=303)
    if not any(row["version"] and row["version"].iri == iri for row in found):
        raise NotFound(
            f"version {major}.{minor}.{patch} is not served here", fix="see /ontology/changes for the versions"
        )
    return redirect("/ontology/" + of.rstrip("/") if of else "/ontology", code=303)


@blueprint.get("/ontology/<path:path>")
def term(path: str) -> Response:
    """A term of the ontology: definition, place in the hierarchy, questions, use in the data; a module: its diagram."""
    stem, asked = split_suffix(path, dict(FORMATS))
    iri = ONTOLOGY + stem.rstrip("/")
    if asked is None and media_type(OFFERS) == HTML:
        if iri in held.classes() or iri in held.properties():
            return term_page(iri)
        if iri in {m.value.iri for m in modules()}:
            return module_page(iri)
    return resolve("ontology/" + path)


def module_page(iri: str) -> Response:
    """The page of a module: its diagram and its terms with their definitions."""
    module = next(m for m in modules() if m.value.iri == iri)
    name = iri.removeprefix(held.MODULE)
    diagram = drawn(held.module_diagram(iri), f"Classes and properties of the module {name}")
    return page("ontology_module.html", **view_of(iri), module=module, name=name, drawn=diagram)


def term_page(iri: str) -> Response:
    """The page of a class or a property."""
    asked = rows("ontology/questions", this=iri)
    return page(
        "term.html",
        **view_of(iri),
        term=described(iri),
        use=held.use_of(iri),
        rules=shape_docs.rules_of(iri),
        competency=[q for q in asked if q["collection"] and q["collection"].iri == COMPETENCY],
        canned=[q for q in asked if q["collection"] and q["collection"].iri != COMPETENCY],
        changes=[c for c in held.changes(service().settings.ontology_folder) if _mentions(c, iri)],
        show=held.name_of,
    )


def _mentions(change: held.Change, iri: str) -> bool:
    name = f"bkg:{iri.removeprefix(ONTOLOGY)}`"
    return any(name in line for line in change.lines)


def described(iri: str) -> dict[str, Any]:
    """What the ontology says of a term, sorted for its page."""
    said: dict[str, list[Value]] = defaultdict(list)
    for row in rows("ontology/facts", this=iri):
        if row["property"] and row["object"] and row["property"].iri:
            said[row["property"].iri].append(row["object"])
    every = held.properties()
    a_class = held.classes().get(iri)
    lineage: set[str | None] = {iri, *(v.iri for v in _ancestors(iri))} if a_class else set()
    return {
        "name": iri.removeprefix(BASE + "ontology/"),
        "status": said[held.STATUS][0].text if said[held.STATUS] else "",
        "module": next(iter(said[held.RDFS + "isDefinedBy"]), None),
        "definition": next((v.text for v in said[held.SKOS + "definition"]), ""),
        "examples": said[held.SKOS + "example"],
        "notes": said[held.SKOS + "scopeNote"],
        "labels": said[held.RDFS + "label"],
        "class": a_class,
        "ancestors": _ancestors(iri) if a_class else [],
        "property": every.get(iri),
        "outgoing": _of_any(lineage, every.values()),
        "incoming": [p for p in every.values() if p.range and a_class and p.range.iri == iri],
    }


def _of_any(lineage: set[str | None], every: Iterable[held.Property]) -> list[held.Property]:
    """The properties said of a class or its ancestors, by domain or by a restriction, each once."""
    found = {p.value.iri: p for p in (*held.restrictions(), *every) if p.domain and p.domain.iri in lineage}
    return sorted(found.values(), key=lambda p: p.value.text.lower())


def _ancestors(iri: str) -> list[Value]:
    found: list[Value] = []
    for parent in held.classes()[iri].parents if iri in held.classes() else ():
        found += [v for v in (*_ancestors(parent.iri or ""), parent) if v not in found]
    return found
