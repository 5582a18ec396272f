"""Financing rounds with public or strategic investors."""

from __future__ import annotations

from biokg.knowledge.context import Context, base_layer, layer_of, organization
from biokg.knowledge.dates import Span, parse_date
from biokg.knowledge.emit import AFTER_2016, Claim, boolean, decimal, put_span
from biokg.knowledge.organization_nodes import MILLION
from biokg.knowledge.tables import Row
from biokg.terms import entity


def map_investments(context: Context) -> None:
    """One financing event a row; the amount is the whole round, the public share only where it is stated."""
    for row in context.rows("investments"):
        span = parse_date(row["year"])
        layer = base_layer(row, layer_of(span, AFTER_2016))
        _financing(context, context.source(row).claim(layer), row, span)


def _financing(context: Context, claim: Claim, row: Row, span: Span | None) -> None:
    node = claim.node(entity("investment", row.key), "Event", "FinancingEvent")
    subject = context.name(row["nbf_id"]) if row["nbf_id"] else ""
    node.label(" – ".join(part for part in (subject, row["round"]) if part) or row.key)
    if row["nbf_id"]:
        node.link("eventOf", organization(row["nbf_id"]))
    node.link("investor", *(organization(key) for key in row.items("investor_ids")))
    node.text("roundText", row["round"]).code("investorClass", "investor-class", row["investor_class"])
    node.text("note", row["note"])
    if row["amount_m"]:
        node.put("amount", decimal(row["amount_m"], MILLION))
    if row["public_share_m"]:
        node.put("publicShare", decimal(row["public_share_m"], MILLION))
    node.text("currency", row["currency"])
    if row["cross_regional"]:
        node.put("crossRegional", boolean(row["cross_regional"] == "yes"))
    put_span(node, span)
