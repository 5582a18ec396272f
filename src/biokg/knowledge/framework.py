"""The dissertation's framework: concepts, business models, stages, roles, recommendations, EFQM, alliance types."""

from __future__ import annotations

from biokg.knowledge.context import Context, organization
from biokg.knowledge.emit import AFTER_2016, DISSERTATION, Claim, boolean, integer
from biokg.knowledge.tables import Row
from biokg.terms import concept


def map_framework(context: Context) -> None:
    """What each row says of its concept; the schemes themselves are in ``ontology/schemes``."""
    for row in context.rows("concepts"):
        _concept(context, row)
    for row in context.rows("business_models"):
        _business_model(context, row)
    for row in context.rows("alliance_types"):
        node = _claim(context, row).node(concept("alliance-type", row.key)).label(row["name"])
        node.described(row["definition"]).text("firmView", row["nbf_view"])
    for row in context.rows("drug_stages"):
        node = _claim(context, row).node(concept("drug-stage", row.key)).label(row["name"]).described(row["definition"])
        node.put("order", integer(row["order"])).code("stageGroup", "stage-group", row["group"])
    for row in context.rows("roles"):
        node = _claim(context, row).node(concept("actor-role", row.key)).label(row["role"])
        node.code("actorType", "organization-type", row["actor_type"])
    for row in context.rows("recommendations"):
        node = _claim(context, row).node(concept("recommendation", row.key)).label(row["recommendation"])
        node.code("theme", "recommendation-theme", row["theme"]).text("addressee", row["addressee"])
    for row in context.rows("efqm"):
        node = _claim(context, row).node(concept("efqm", row.key)).label(row["criterion"])
        node.code("criterionType", "criterion-type", row["criterion_type"])
        node.text("biotechReading", row["biotech_application"])


def _claim(context: Context, row: Row, kind: str | None = None) -> Claim:
    layer = DISSERTATION if "dissertation" in row.items("source") else AFTER_2016
    return context.source(row, kind or ("citation" if row["cites"] else "fact")).claim(layer)


def _concept(context: Context, row: Row) -> None:
    claim = _claim(context, row, "definition" if row["kind"] == "definition" else None)
    node = claim.node(concept("concept", row.key)).label(row["name"]).described(row["definition"])
    node.code("conceptKind", "concept-kind", row["kind"])
    node.link("relatedConcept", *(concept("concept", other) for other in row.items("related")))


def _business_model(context: Context, row: Row) -> None:
    node = _claim(context, row).node(concept("business-model", row.key)).label(row["name"])
    node.described(row["definition"]).code("openness", "openness", row["openness"])
    node.put("mostUsed", boolean(row["most_used"] == "yes")).text("usedByBelgianNbfs", row["used_by_belgian_nbfs"])
    node.link("exampleOrganization", *(organization(key) for key in row.items("example_ids")))
