"""What a source says of a concept, a region, a policy or an organisation in general terms, with the works it cites."""

from __future__ import annotations

from biokg.knowledge.context import Context, organization
from biokg.knowledge.emit import AFTER_2016, DESCRIPTION, iri, name
from biokg.knowledge.framework import row_claim
from biokg.terms import PREFIXES, concept, entity

IS_REPLACED_BY = PREFIXES["dcterms"] + "isReplacedBy"

_SCHEMES = frozenset({"concept", "alliance-type", "business-model"})


def map_claims(context: Context) -> None:
    """Every claim as a remark about its subject; a citation where works are cited for it."""
    for row in context.rows("claims"):
        kind = row["about_kind"]
        about = concept(kind, row["about_id"]) if kind in _SCHEMES else entity(kind, row["about_id"])
        node = row_claim(context, row).node(entity("remark", row.key), "Remark").link("about", about)
        node.link("mentions", *(organization(key) for key in row.items("organization_ids")))
        node.label(row["statement"]).code("remarkTopic", "remark-topic", "claim").text("text", row["statement"])


def map_moved(context: Context) -> None:
    """Identifiers that stood for the same thing as another: whoever asks for the old one is sent to the new one."""
    for row in context.rows("moved"):
        claim = context.source(row).claim(AFTER_2016)
        old, new = entity(row["kind"], row["old_id"]), entity(row["kind"], row["new_id"])
        claim.about(new, IS_REPLACED_BY).about(old)
        claim.emitter.add(claim.layer, old, IS_REPLACED_BY, iri(new))
        claim.emitter.add(claim.layer, claim.iri, DESCRIPTION, name(row["reason"]))
