"""Alliances: roles with the direction of knowledge, signing, payments, stated absences and dated outcomes."""

from __future__ import annotations

from biokg.knowledge.context import Context, layer_of, organization
from biokg.knowledge.dates import parse_date, period
from biokg.knowledge.emit import AFTER_2016, DISSERTATION, TO_2016, Claim, boolean, decimal, event
from biokg.knowledge.organization_nodes import MILLION
from biokg.knowledge.tables import Row
from biokg.terms import LAYERS, entity, slug, term

_FLOWS = {"inbound": "inbound", "outbound": "outbound", "coupled": "coupled", "m_and_a": "transaction"}
_MIRROR = {"inbound": "outbound", "outbound": "inbound"}
_CUT_OFF = {"yes": "by-2016", "no": "after-2016"}
_PAYMENTS = (
    ("upfront", "upfront", "upfront_amount_m", False),
    ("milestones", "milestone", "milestones_max_m", True),
    ("royalties", "royalty", "", False),
    ("equity", "equity", "equity_amount_m", False),
)
_PRICED = {"merger_acquisition", "spin_off_divestiture"}


def map_alliances(context: Context) -> None:
    """Every alliance with what its row says, in the layer of its date."""
    terms = {row.key: row for row in context.rows("role_terms")}
    stages = {row.key: row["stage_id"] for row in context.rows("stage_terms")}
    outcomes: dict[str, list[str]] = {}
    for row in context.rows("alliance_outcomes"):
        outcomes.setdefault(row["alliance_id"], []).append(_outcome_layer(row))
    for row in context.rows("alliances"):
        layer = alliance_layer(row)
        claim = context.source(row).claim(layer, documents=[*row.items("source"), *row.items("source_more")])
        roles = terms.get(row["nbf_role"])
        _core(context, claim, row, roles)
        _attributes(claim, row, stages)
        _signing(claim, row)
        _payments(claim, row)
        _change(context, claim, row)
        _outcome_text(context, claim, row, outcomes.get(row.key, []))
        if row["dissertation_mention"] == "yes" and row["dissertation_locator"] != row["locator"]:
            named = context.source(row).claim(
                DISSERTATION, part="mention", documents=["dissertation"], locator=row["dissertation_locator"]
            )
            _core(context, named, row, roles if layer == DISSERTATION else None)
    for row in context.rows("alliance_outcomes"):
        _outcome(context, row)


def alliance_layer(row: Row) -> str:
    """The layer of an alliance: the dissertation's, else by its date, else by the stated side of the cut-off."""
    if "dissertation" in row.items("source"):
        return DISSERTATION
    default = TO_2016 if row["within_2016"] == "yes" else AFTER_2016
    return layer_of(parse_date(row["date"] or row["year"]), default)


def _core(context: Context, claim: Claim, row: Row, roles: Row | None) -> None:
    """What every layer that knows the alliance says: that it is one, and who plays a role."""
    firm, partner = context.name(row["nbf_id"]), context.name(row["partner_id"])
    alliance = entity("alliance", row.key)
    node = claim.node(alliance, "Alliance").label(
        f"{firm} – {partner}" + (f": {row['subject']}" if row["subject"] else "")
    )
    others = row.items("other_party_ids")
    ventures = [key for key in others if _is_venture(context, row, key)]
    node.link("resultingFirm", *(organization(key) for key in ventures))
    players = [row["nbf_id"], row["partner_id"], *(key for key in others if key not in ventures)]
    for position, player in enumerate(dict.fromkeys(players)):
        role = entity("alliance", row.key, "role", player)
        node.link("hasRole", role)
        part = claim.node(role, "AllianceRole").link("playedBy", organization(player))
        part.label(f"{context.name(player)} in {firm} – {partner}")
        part.put("focal", boolean(position == 0))
        if roles is None and claim.layer == DISSERTATION:
            continue
        _role(part.iri, claim, row, roles, position)


def _is_venture(context: Context, row: Row, key: str) -> bool:
    """A party that is the firm a joint venture results in: the row's subject begins with its name and a colon."""
    return row["kind"] == "joint_venture" and row["subject"].startswith(f"{context.name(key)}:")


def _role(role: str, claim: Claim, row: Row, roles: Row | None, position: int) -> None:
    """Type of the role and direction of knowledge, seen from its player."""
    node = claim.node(role)
    flow = _FLOWS.get(row["oi_flow"], "not-stated")
    if position == 0:
        node.text("roleText", row["nbf_role"])
        node.code("roleType", "alliance-role", roles["role_type"] if roles else "not-stated")
    elif position == 1:
        node.code("roleType", "alliance-role", (roles["partner_role_type"] if roles else "") or "not-stated")
        node.code("playerClass", "organization-type", row["partner_class"])
        flow = _MIRROR.get(flow, flow)
    else:
        node.code("roleType", "alliance-role", "not-stated")
        flow = "not-stated"
    node.code("knowledgeFlow", "knowledge-flow", flow)


def _attributes(claim: Claim, row: Row, stages: dict[str, str]) -> None:
    node = claim.node(entity("alliance", row.key))
    for cell, property_ in (("kind", "primaryAllianceType"), ("kind_secondary", "secondaryAllianceType")):
        node.code(property_, "alliance-type", row[cell]).code("allianceType", "alliance-type", row[cell])
    node.text("subjectMatter", row["subject"]).text("stageText", row["stage"]).text("otherTerms", row["other_terms"])
    node.code("stageAtSigning", "drug-stage", stages.get(row["stage"], ""))
    node.text("note", row["note"])
    if row["cross_regional"]:
        node.put("crossRegional", boolean(row["cross_regional"] == "yes"))
    node.code("withinCutOff", "cut-off", _cut_off(row))
    if row["currency"] and not any(row[cell] for cell in row.cells if cell.endswith("_m")):
        node.text("currency", row["currency"])


def _cut_off(row: Row) -> str:
    """The stated side of the cut-off, else the one that the date tells."""
    span = parse_date(row["date"] or row["year"])
    if row["within_2016"] or span is None:
        return _CUT_OFF.get(row["within_2016"], "not-stated")
    return "after-2016" if span.after_cut_off else "by-2016"


def _signing(claim: Claim, row: Row) -> None:
    alliance = entity("alliance", row.key)
    span = parse_date(row["date"] or row["year"])
    event(
        claim, entity("alliance", row.key, "event", "signing"), "SigningEvent", of=alliance, span=span, label="signing"
    )


def _change(context: Context, claim: Claim, row: Row) -> None:
    """A sale of the whole firm is a change of that firm too: an acquisition told by this row's source."""
    if row["kind"] != "merger_acquisition":
        return
    bought = row["partner_id"] if row["subject"] == f"acquisition of {context.name(row['partner_id'])}" else ""
    key, buyer = (row["nbf_id"], row["partner_id"]) if row["nbf_role"] == "acquired" else (bought, row["nbf_id"])
    if not key:
        return
    span = parse_date(row["date"] or row["year"])
    target = entity("alliance", row.key, "event", "change")
    label = f"acquisition of {context.name(key)}"
    node = event(claim, target, "AcquisitionEvent", of=organization(key), span=span, label=label)
    node.link("originalOrganization", organization(key)).link("counterparty", organization(buyer))
    claim.node(entity("alliance", row.key)).link("resultsIn", target)


def _payments(claim: Claim, row: Row) -> None:
    for column, kind, amount, ceiling in _PAYMENTS:
        if row[column] == "yes":
            _payment(claim, row, kind, row[amount] if amount else "", ceiling)
        elif row[column] == "no":
            absence = claim.node(entity("alliance", row.key, "absence", kind), "KnownAbsence")
            absence.link("absenceOf", entity("alliance", row.key)).link("absentProperty", term("hasPayment"))
            absence.code("absentValue", "payment-kind", kind).label(f"no {kind} payment")
    if row["total_max_m"]:
        _payment(claim, row, "total", row["total_max_m"], row["kind"] not in _PRICED)


def _payment(claim: Claim, row: Row, kind: str, amount: str, ceiling: bool) -> None:
    """One payment as announced; a ceiling is not money received."""
    payment = entity("alliance", row.key, "payment", kind)
    claim.node(entity("alliance", row.key)).link("hasPayment", payment)
    node = claim.node(payment, "Payment").code("paymentKind", "payment-kind", kind).label(f"{kind} payment")
    node.put("isCeiling", boolean(ceiling))
    if amount:
        node.put("amount", decimal(amount, MILLION)).text("currency", row["currency"])
    node.code("disclosureStatus", "disclosure-status", "disclosed" if amount else "not-reported")


def _outcome_layer(row: Row) -> str:
    """The layer of an outcome: that of its date, where it has one."""
    return layer_of(period(row["earliest"], row["latest"]), row["layer"])


def _outcome_text(context: Context, claim: Claim, row: Row, layers: list[str]) -> None:
    """The outcome in the words of the row, in the layer of the last event it tells."""
    if not row["outcome"]:
        return
    layer = max([claim.layer, *layers], key=LAYERS.index) if layers else AFTER_2016
    told = claim if layer == claim.layer else context.source(row).claim(layer, part="outcome")
    told.node(entity("alliance", row.key), "Alliance").text("outcomeText", row["outcome"])


def _outcome(context: Context, row: Row) -> None:
    """One dated outcome."""
    span = period(row["earliest"], row["latest"])
    claim = context.source(row).claim(_outcome_layer(row))
    claim.derived_from(entity("statement", "alliances", slug(row["alliance_id"])))
    target = entity("alliance", row["alliance_id"], "event", slug(row.key))
    node = event(
        claim, target, "OutcomeEvent", of=entity("alliance", row["alliance_id"]), span=span, label=row["description"]
    )
    node.described(row["description"]).code("outcomeType", "alliance-outcome", row["outcome_type"])
    if row["amount_m"]:
        node.put("amount", decimal(row["amount_m"], MILLION)).text("currency", row["currency"])
