"""Hypotheses as worded, evidence lines, observations, practices, lost items and cited works."""

from __future__ import annotations

import re

from pyoxigraph import NamedNode

from biokg.knowledge.context import Context, layer_of, organization
from biokg.knowledge.dates import Span, parse_date, period
from biokg.knowledge.emit import AFTER_2016, DISSERTATION, TITLE, TO_2016, Claim, decimal, integer, iri, name
from biokg.knowledge.tables import Row
from biokg.terms import PREFIXES, RDF_TYPE, SCHEME, concept, entity, slug

_FLOW_CODES = {"inbound": "inbound", "outbound": "outbound", "coupled": "coupled"}
_MECHANISMS = {"ppp": "public-private-partnership", "spin_offs": "spin-off"}
_YEARS = re.compile(r"([0-9]{4})(?:–([0-9]{4})|s)?")
_STATED_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
IN_SCHEME = PREFIXES["skos"] + "inScheme"
_DATA_CUBE = "http://purl.org/linked-data/cube#"


def _is_dissertation(row: Row) -> bool:
    return "dissertation" in row.items("source")


def _kind(row: Row) -> str:
    return "citation" if _is_dissertation(row) and row["cites"] else "fact"


def map_hypotheses(context: Context) -> None:
    """The wording of each hypothesis and the author's own verdict, which is never evidence."""
    for row in context.rows("hypotheses"):
        claim = context.source(row).claim(DISSERTATION)
        node = claim.node(entity("hypothesis", row.key), "Hypothesis").label(row["label"])
        node.code("dimension", "dimension", row["dimension"])
        node.text("wording", row["wording"]).text("restatedWording", row["restated_wording"]).text(
            "chapter", row["chapter"]
        )
        if row["dissertation_verdict"]:
            said = claim.node(entity("assertion", row.key), "AuthorAssertion")
            said.label(f"the author’s verdict on {row['label']}").link("about", entity("hypothesis", row.key))
            said.code("verdict", "verdict", row["dissertation_verdict"]).text("basis", row["dissertation_basis"])


def map_evidence(context: Context) -> None:
    """Statements for, against or qualifying a hypothesis."""
    for row in context.rows("evidence"):
        layer = (
            DISSERTATION
            if _is_dissertation(row)
            else _undated_layer(row["statement"] + " " + row["quantity"] + " " + row["note"])
        )
        kind = "inference" if row["kind"] in {"dissertation_conclusion", "dissertation_argument"} else _kind(row)
        claim = context.source(row, kind).claim(layer)
        node = claim.node(entity("evidence", row.key), "EvidenceLine").label(row["statement"])
        node.link("bearsOn", entity("hypothesis", row["hypothesis_id"])).code("stance", "stance", row["stance"])
        node.code("evidenceKind", "evidence-kind", row["kind"]).text("text", row["statement"])
        node.text("quantityText", row["quantity"])
        node.link("about", *(organization(key) for key in row.items("subject_ids")))


def _undated_layer(words: str) -> str:
    """Layer of a page's statement by the years its words name: to 2016 only if none of them is later."""
    years = _STATED_YEAR.findall(words)
    return TO_2016 if years and max(years) <= "2016" else AFTER_2016


def map_indicators(context: Context) -> None:
    """Observations with area, period, universe, unit and value; a period not stated is said to be so."""
    for row in context.rows("indicators"):
        span = _period(row["year"])
        layer = DISSERTATION if _is_dissertation(row) else layer_of(span, AFTER_2016)
        claim = context.source(row, _kind(row)).claim(layer)
        node = claim.node(entity("observation", row.key), "Observation").label(row["name"])
        node.emitter.add(layer, node.iri, RDF_TYPE, _cube("Observation"))
        indicator = concept("indicator", row["name"])
        node.link("indicator", indicator).link("area", entity("region", row["region"]))
        claim.node(indicator, "Indicator").label(row["name"])
        claim.emitter.add(layer, indicator, IN_SCHEME, iri(SCHEME + "indicator"))
        node.code("universe", "universe", row["subject"]).link("unit", concept("unit", unit_code(row["unit"])))
        if row["value"]:
            node.put("value", decimal(row["value"]))
        node.text("valueText", row["value_text"]).text("rank", row["rank"]).text("note", row["note"])
        _put_period(node.iri, claim, row["year"], span)


def _cube(local: str) -> NamedNode:

    return iri(_DATA_CUBE + local)


def _put_period(target: str, claim: Claim, words: str, span: Span | None) -> None:
    node = claim.node(target)
    if span is None or span.earliest is None or span.latest is None:
        node.code("period", "period", "not-stated")
        return
    node.put("periodStart", integer(span.earliest.year)).put("periodEnd", integer(span.latest.year))
    node.text("periodText", words)


def _period(words: str) -> Span | None:
    match = _YEARS.fullmatch(words)
    if not match:
        return None
    last = match.group(2) or (str(int(match.group(1)) + 9) if words.endswith("s") else match.group(1))
    return period(match.group(1), last)


def unit_code(words: str) -> str:
    """The code of a unit: its words, with the sign % read as “percent”.

    >>> unit_code("% of GDP")
    'percent-of-gdp'
    """
    return slug(words.replace("%", " percent "))


def map_practices(context: Context) -> None:
    """Open-innovation practices; the direction is told on the role of each actor."""
    for row in context.rows("open_innovation_practices"):
        span = parse_date(row["year"])
        layer = DISSERTATION if _is_dissertation(row) else layer_of(span, AFTER_2016)
        claim = context.source(row, _kind(row)).claim(layer)
        practice = entity("practice", row.key)
        node = claim.node(practice, "OpenInnovationPractice").label(row["name"]).described(row["description"])
        for mechanism in row.items("mechanism"):
            node.code("mechanism", "mechanism", _MECHANISMS.get(mechanism, mechanism))
        if span is not None and span.year is not None:
            node.put("year", integer(span.year))
        flow = _FLOW_CODES[row["flow"]]
        node.code("knowledgeFlow", "knowledge-flow", flow).code("actorSide", "actor-side", row["actor_side"])
        node.text("note", row["note"])
        for actor in row.items("actor_ids"):
            role = entity("practice", row.key, "role", actor)
            node.link("hasRole", role)
            part = claim.node(role, "PracticeRole").link("playedBy", organization(actor))
            part.label(f"{context.name(actor)} in {row['name']}")
            part.code("knowledgeFlow", "knowledge-flow", flow).code("actorSide", "actor-side", row["actor_side"])


def map_missing(context: Context) -> None:
    """What is lost from the dissertation, and what a search for it found."""
    for row in context.rows("missing_items"):
        layer = DISSERTATION if _is_dissertation(row) else AFTER_2016
        node = context.source(row).claim(layer).node(entity("missing", row.key), "MissingItem").label(row["item"])
        node.text("soughtIn", row["sought_in"]).code("searchResult", "search-result", row["result"])
        node.text("note", row["note"])


def map_works(context: Context) -> None:
    """Cited works, in the layer of the dissertation when it cites them, else after 2016 (the date of the reading)."""
    for row in context.rows("references"):
        layer = DISSERTATION if _is_dissertation(row) else AFTER_2016
        claim = context.source(row).claim(layer)
        label = row["title"] or " ".join(part for part in (row["authors"], row["year"]) if part)
        node = claim.node(entity("work", row.key), "Work").label(label or row.key)
        node.text("authorText", row["authors"]).text("publicationYearText", row["year"]).text("note", row["note"])
        if row["title"]:
            claim.emitter.add(layer, node.iri, TITLE, name(row["title"]))
