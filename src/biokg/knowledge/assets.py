"""Products, candidates and platforms by name, with the alliances about them; what is known to be complete."""

from __future__ import annotations

from biokg.knowledge.alliances import alliance_layer
from biokg.knowledge.context import Context, base_layer, layer_of, organization
from biokg.knowledge.dates import parse_date
from biokg.knowledge.emit import AFTER_2016, ALT_LABEL, DISSERTATION, TO_2016, Claim, boolean, integer, name, put_start
from biokg.knowledge.tables import Row
from biokg.terms import concept, entity, term


def map_assets(context: Context) -> None:
    """Every asset, in the layer of the row that names it; alliances later than that in theirs."""
    alliances = {row.key: row for row in context.rows("alliances")}
    stages = {row.key: row["stage_id"] for row in context.rows("stage_terms")}
    for row in context.rows("assets"):
        deals = [alliances[key] for key in row.items("alliance_ids")]
        home = _home(row, deals)
        source = context.source(row)
        claim = source.claim(home)
        asset = entity("asset", row.key)
        node = claim.node(asset, "Asset").label(row["name"]).text("note", row["note"])
        for alias in row.items("aliases"):
            node.emitter.add(home, asset, ALT_LABEL, name(alias))
        node.link("developedBy", *(organization(key) for key in row.items("developer_ids")))
        if row["approved"]:
            _approved(claim, row)
        for deal in deals:
            layer = max(home, alliance_layer(deal), key=_ORDER.index)
            part = claim if layer == home else source.claim(layer, part=layer)
            part.node(asset, "Asset").label(row["name"])
            part.node(entity("alliance", deal.key), "Alliance").link("concernsAsset", asset)
            _stage(part, row, deal, stages.get(deal["stage"], ""))


_ORDER = (DISSERTATION, TO_2016, AFTER_2016)


def _home(row: Row, deals: list[Row]) -> str:
    if "dissertation" in row.items("source"):
        return DISSERTATION
    return min((alliance_layer(deal) for deal in deals), key=_ORDER.index, default=AFTER_2016)


def _approved(claim: Claim, row: Row) -> None:
    state = claim.node(entity("asset", row.key, "state", "approved"), "State", "StageState")
    state.link("stateOf", entity("asset", row.key)).label(f"{row['name']}: approved")
    state.link("stage", concept("drug-stage", "stage-approval"))
    put_start(state, parse_date(row["approved"]))


def _stage(claim: Claim, row: Row, deal: Row, stage: str) -> None:
    """The stage that the row of an alliance gives at its signing."""
    if not stage:
        return
    state = claim.node(entity("asset", row.key, "state", deal.key), "State", "StageState")
    state.link("stateOf", entity("asset", row.key)).label(f"{row['name']}: {deal['stage']}")
    state.link("stage", concept("drug-stage", stage))


def map_completeness(context: Context) -> None:
    """Stated completeness or incompleteness of what is held for a class; only from a quotable sentence.

    Of an organisation it says that nothing else is: complete for alliances without one is a firm stated to have none.
    """
    for row in context.rows("completeness"):
        span = parse_date(row["year"])
        layer = layer_of(span, base_layer(row, AFTER_2016))
        node = context.source(row).claim(layer).node(entity("completeness", row.key), "CompletenessStatement")
        node.link("about", entity(row["about_kind"], row["about_id"])).label(row["description"])
        node.link("completeFor", term(row["complete_for"])).put("isComplete", boolean(row["is_complete"] == "yes"))
        if span is not None and span.year is not None:
            node.put("year", integer(span.year))
