"""Policy instruments, incentive kinds, clusters and regions."""

from __future__ import annotations

from biokg.knowledge.context import Context, base_layer, layer_of, organization
from biokg.knowledge.dates import parse_date
from biokg.knowledge.emit import AFTER_2016, ALT_LABEL, DISSERTATION, TO_2016, Emitter, Node, decimal, event, name
from biokg.knowledge.tables import Row
from biokg.terms import LAYERS, RDFS_LABEL, SCHEME_GRAPH, concept, entity, slug


def map_regions(context: Context) -> None:
    """Every region in all layers: a region is no statement about innovation, and every layer points to some."""
    for row in context.rows("regions"):
        region = entity("region", row.key)
        for layer in LAYERS:
            claim = context.source(row).claim(layer, part="" if layer == DISSERTATION else layer)
            node = claim.node(region, "Region").label(row["name"]).text("nutsCode", row["nuts_code"])
            if row["nuts_code"]:
                node.a("AdministrativeRegion")
            if row["part_of"]:
                node.link("partOfRegion", entity("region", row["part_of"]))


def map_places(context: Context) -> None:
    """The places that a seat points to, with the coordinates of GeoNames, in every layer that has such a seat."""
    rows = {row.key: row for row in context.rows("links/places")}
    used = {row["geonames_id"] for row in context.rows("links/places_of_organizations")}
    named = _places_by_name(context)
    used |= {named[node] for row in context.rows("clusters") for node in row.items("axis_nodes") if node in named}
    for key in sorted(used & set(rows)):
        row = rows[key]
        for layer in LAYERS:
            node = Node(context.emitter, layer, entity("place", key)).a("Place").label(row["name"])
            node.put("latitude", decimal(row["latitude"])).put("longitude", decimal(row["longitude"]))
            for region in context.rows("regions"):
                if region["nuts_code"] == row["nuts2_computed"]:
                    node.link("inRegion", entity("region", region.key))


def _places_by_name(context: Context) -> dict[str, str]:
    """GeoNames ids by name or other name; the most populous place of a name that several have."""
    rows = sorted(context.rows("links/places"), key=lambda row: int(row["population"] or 0))
    found = {other: row.key for row in rows for other in row["alternate_names"].split("|") if other}
    written = {row["place_as_written"]: row["geonames_id"] for row in context.rows("links/places_of_organizations")}
    return found | {row["name"]: row.key for row in rows} | {words: key for words, key in written.items() if key}


def policy_layer(row: Row) -> str:
    """The layer of a policy: the dissertation's, else by its start; undated pages after 2016."""
    if "dissertation" in row.items("source"):
        return DISSERTATION
    return layer_of(parse_date(row["date_start"] or row["year_start"]), AFTER_2016)


def map_policies(context: Context) -> None:
    """Every policy instrument, with launch and closing as events in the layer of their date."""
    for row in context.rows("policies"):
        layer = policy_layer(row)
        source = context.source(row, "citation" if layer == DISSERTATION and row["cites"] else "fact")
        claim = source.claim(layer)
        policy = entity("policy", row.key)
        node = claim.node(policy, "PolicyInstrument").label(row["name"])
        for alias in row.items("aliases"):
            node.emitter.add(layer, policy, ALT_LABEL, name(alias))
        node.code("policyKind", "policy-kind", row["kind"]).code("governanceLevel", "governance-level", row["level"])
        node.link("appliesIn", entity("region", row["region"])).text("goal", row["goal"]).text("note", row["note"])
        for focus in row.items("focus"):
            node.text("focus", focus)
        for actor in row.items("actors"):
            node.link("policyActor", organization(actor))
        launch, closing = (entity("policy", row.key, "event", name_) for name_ in ("launch", "closing"))
        launched, closed = parse_date(row["date_start"] or row["year_start"]), parse_date(row["year_end"])
        event(claim, launch, "LaunchEvent", of=policy, span=launched, label=f"launch of {row['name']}")
        if closed:
            end_layer = layer_of(closed, layer)
            end = claim if end_layer == layer else source.claim(end_layer, part=end_layer)
            event(end, closing, "ClosingEvent", of=policy, span=closed, label=f"end of {row['name']}")


def map_rivals(context: Context) -> None:
    """Dates that a note gives beside the one kept: an event of its own for each."""
    for row in context.rows("rivals"):
        span = parse_date(row["year"])
        claim = context.source(row).claim(layer_of(span, base_layer(row, TO_2016)))
        claim.derived_from(entity("statement", row["from_table"], slug(row["from_row"])))
        subject = entity(row["subject_kind"], row["subject_id"])
        target = entity(row["subject_kind"], row["subject_id"], "event", slug(row.key))
        node = event(
            claim, target, row["event_class"], of=subject, span=span, label=row["description"] or row["event_class"]
        )
        for other in row.items("counterparty"):
            node.link("counterparty", organization(other))


def concept_node(emitter: Emitter, target: str, label: str) -> None:
    """The label of a concept that a row defines, in the graph of the schemes."""
    emitter.add_to_graph(SCHEME_GRAPH, target, RDFS_LABEL, name(label))


def map_incentives(context: Context) -> None:
    """Kinds of incentive: concepts, with what the row says of them."""
    for row in context.rows("policy_incentives"):
        claim = context.source(row, "citation" if row["cites"] else "fact").claim(DISSERTATION)
        node = claim.node(concept("incentive", row.key), "IncentiveKind").label(row["name"])
        node.code("incentiveCategory", "incentive-category", row["category"]).described(row["description"])
        node.link("appliesIn", *(entity("region", region) for region in row.items("regions")))


def _cluster_layer(row: Row) -> str:
    if "dissertation" in row.items("source"):
        return DISSERTATION
    after = "after the study period" in row["note"] or "2018" in row["note"] or "2020" in row["note"]
    return AFTER_2016 if after else TO_2016


def map_clusters(context: Context) -> None:
    """Clusters, never the organisation of the same name; a cluster of kind bioregion is a bioRegion too."""
    named = _places_by_name(context)
    for row in context.rows("clusters"):
        claim = context.source(row).claim(_cluster_layer(row))
        node = claim.node(entity("cluster", row.key), "Cluster").label(row["name"])
        if row["kind"] == "bioregion":
            node.a("BioRegion")
        node.code("clusterKind", "cluster-kind", row["kind"]).link("covers", entity("region", row["region"]))
        node.described(row["description"]).text("note", row["note"])
        for place in row.items("axis_nodes"):
            target = entity("place", named.get(place) or slug(place))
            node.link("axisNode", target)
            written = claim.node(target, "Place")
            if place in named:
                written.emitter.add(claim.layer, target, ALT_LABEL, name(place))
            else:
                written.label(place)
        for anchor in row.items("anchor_ids"):
            node.link("hasAnchor", organization(anchor))
        for field in row.items("specialisation"):
            node.text("specialisation", field)
