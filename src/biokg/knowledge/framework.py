"""The dissertation's framework: concepts, business models, stages, roles, recommendations, EFQM, alliance types."""

from __future__ import annotations

from collections.abc import Mapping

from biokg.knowledge.context import Context, base_layer, layer_of, organization
from biokg.knowledge.dates import period
from biokg.knowledge.emit import AFTER_2016, DISSERTATION, Claim, boolean, integer, put_end, put_start
from biokg.knowledge.tables import Row
from biokg.terms import concept, entity, slug


def map_framework(context: Context) -> None:
    """What each row says of its concept; the schemes themselves are in ``ontology/schemes``."""
    for row in context.rows("concepts"):
        _concept(context, row)
    for row in context.rows("business_models"):
        _business_model(context, row)
    names = {row.key: row["name"] for row in context.rows("business_models")}
    for row in context.rows("business_model_states"):
        _business_model_state(context, row, names)
    for row in context.rows("alliance_types"):
        node = row_claim(context, row).node(concept("alliance-type", row.key)).label(row["name"])
        node.described(row["definition"]).text("firmView", row["nbf_view"])
    for row in context.rows("drug_stages"):
        node = (
            row_claim(context, row).node(concept("drug-stage", row.key)).label(row["name"]).described(row["definition"])
        )
        node.put("order", integer(row["order"])).code("stageGroup", "stage-group", row["group"])
    for row in context.rows("roles"):
        node = row_claim(context, row).node(concept("actor-role", row.key)).label(row["role"])
        node.code("actorType", "organization-type", row["actor_type"])
    for row in context.rows("recommendations"):
        node = row_claim(context, row).node(concept("recommendation", row.key)).label(row["recommendation"])
        node.code("theme", "recommendation-theme", row["theme"]).text("addressee", row["addressee"])
    for row in context.rows("efqm"):
        node = row_claim(context, row).node(concept("efqm", row.key)).label(row["criterion"])
        node.code("criterionType", "criterion-type", row["criterion_type"])
        node.text("biotechReading", row["biotech_application"])


def row_claim(context: Context, row: Row, kind: str | None = None) -> Claim:
    """What *row* claims: a citation where works are cited for it, in the dissertation's layer or after 2016."""
    return context.source(row, kind or ("citation" if row["cites"] else "fact")).claim(base_layer(row, AFTER_2016))


def _concept(context: Context, row: Row) -> None:
    claim = row_claim(context, row, "definition" if row["kind"] == "definition" else None)
    node = claim.node(concept("concept", row.key)).label(row["name"]).described(row["definition"])
    node.code("conceptKind", "concept-kind", row["kind"])
    node.link("relatedConcept", *(concept("concept", other) for other in row.items("related")))


def _business_model(context: Context, row: Row) -> None:
    node = row_claim(context, row).node(concept("business-model", row.key)).label(row["name"])
    node.described(row["definition"]).code("openness", "openness", row["openness"])
    node.put("mostUsed", boolean(row["most_used"] == "yes")).text("usedByBelgianNbfs", row["used_by_belgian_nbfs"])
    node.link("exampleOrganization", *(organization(key) for key in row.items("example_ids")))


def _business_model_state(context: Context, row: Row, names: Mapping[str, str]) -> None:
    """A firm working by a model; what is not stated of its time is left unsaid."""
    start, end = period(row["start_earliest"], row["start_latest"]), period(row["end_earliest"], row["end_latest"])
    default = base_layer(row, context.organization_layer(row["org_id"]))
    layer = default if default == DISSERTATION else layer_of(start or end, default)
    claim = context.source(row, "inference").claim(layer)
    claim.derived_from(entity("statement", row["from_table"], slug(row["from_row"])))
    target = entity("organization", row["org_id"], "state", "business-model", slug(row.key))
    node = claim.node(target, "State", "BusinessModelState").link("stateOf", organization(row["org_id"]))
    node.code("businessModel", "business-model", row["model"])
    node.label(f"{context.name(row['org_id'])}: {names.get(row['model'], row['model'])}")
    put_start(node, start)
    put_end(node, end)
