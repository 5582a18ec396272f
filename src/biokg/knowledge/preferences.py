"""Which of several rival events a table keeps: said beside them, so that the conflict stays in sight.

The tables keep one value in a row and tell the others in rows of their own or in a note (``data/README.md``). The kept
one is preferred; nothing is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from biokg.knowledge.context import Context
from biokg.knowledge.emit import iri
from biokg.knowledge.tables import Row
from biokg.terms import LAYERS, RDF_TYPE, entity, layer_graph, slug, term

KEPT = {"founded_year": "founding", "acquired_year": "acquisition", "acquisition_value": "acquisition"}
"""Columns of the table of organisations that rivals exist for, with the part of an event's IRI."""

_RIVAL_OF = {"FoundingEvent": "founded_year", "AcquisitionEvent": "acquired_year"}


@dataclass
class _Rivals:
    """What is told of one matter: the event of each telling, by value, and the notes that explain."""

    events: list[tuple[str, str]]
    notes: list[str]

    def tell(self, value: str, event: str, note: str) -> None:
        self.events.append((value, event))
        if note and note not in self.notes:
            self.notes.append(note)


def map_preferences(context: Context) -> None:
    """A preference for each matter that rivals are told of and the table keeps a value for."""
    found = [*_of_organizations(context), *_of_policies(context)]
    layers = _layers_of_events(context, {event for *_, rivals in found for _, event in rivals.events})
    for subject, row, column, rivals in found:
        kept = next((event for value, event in rivals.events if value == row[column]), None)
        values = sorted({value for value, _ in rivals.events} - {row[column]})
        if kept not in layers or not values:
            continue
        layer = max((layers[event] for _, event in rivals.events if event in layers), key=LAYERS.index)
        claim = context.source(row).claim(layer, part=f"preference-{slug(column)}", locator="", kind="inference")
        node = claim.node(entity("preference", *subject, slug(column)), "Preference")
        node.link("preferenceOf", entity(*subject)).link("prefers", kept)
        node.label(f"{row['name']}: {row[column]} is kept beside {', '.join(values)}")
        why = f"the row of {row.table} keeps {column} {row[column]}; told beside it: {', '.join(values)}"
        node.text("justification", "; ".join([why, *rivals.notes]))


_Found = tuple[tuple[str, str], Row, str, _Rivals]


def _of_organizations(context: Context) -> Iterator[_Found]:
    told: dict[tuple[str, str], _Rivals] = {}
    founding = {
        row.key for row in context.rows("attributes") if row["becomes"] == "founding-event" and row["term"] == "year"
    }
    for fact in context.rows("org_facts"):
        column = "founded_year" if fact["attribute"] in founding else fact["attribute"]
        if column in KEPT:
            event = entity("organization", fact["org_id"], "event", KEPT[column], slug(fact.key))
            told.setdefault((fact["org_id"], column), _Rivals([], [])).tell(fact["value"], event, fact["note"])
    for row in context.rows("rivals"):
        if row["subject_kind"] == "organization" and row["event_class"] in _RIVAL_OF:
            matter = (row["subject_id"], _RIVAL_OF[row["event_class"]])
            event = entity("organization", row["subject_id"], "event", slug(row.key))
            told.setdefault(matter, _Rivals([], [])).tell(row["year"], event, row["description"])
    for (key, column), rivals in sorted(told.items()):
        row_of = context.organizations.get(key)
        if row_of is not None and row_of[column]:
            rivals.tell(row_of[column], entity("organization", key, "event", KEPT[column], key), "")
            yield ("organization", key), row_of, column, _Rivals(_own_first(rivals.events), rivals.notes)


def _own_first(events: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The events that rows of facts tell, then those of ``rivals.csv``: the first of a value stands for it."""
    return sorted(events, key=lambda told: not any(f"/event/{part}/" in told[1] for part in KEPT.values()))


def _of_policies(context: Context) -> Iterator[_Found]:
    policies = {row.key: row for row in context.rows("policies")}
    told: dict[str, _Rivals] = {}
    for row in context.rows("rivals"):
        if row["subject_kind"] == "policy" and row["event_class"] == "LaunchEvent" and row["subject_id"] in policies:
            key = row["subject_id"]
            policy = policies[key]
            launch = (policy["year_start"], entity("policy", key, "event", "launch"))
            rivals = told.setdefault(key, _Rivals([launch], [policy["note"]] if policy["note"] else []))
            rivals.tell(row["year"], entity("policy", key, "event", slug(row.key)), row["description"])
    for key, rivals in sorted(told.items()):
        yield ("policy", key), policies[key], "year_start", rivals


def _layers_of_events(context: Context, events: set[str]) -> dict[str, str]:
    """The layer in which each of *events* was written; those never written are left out."""

    by_graph = {layer_graph(layer): layer for layer in LAYERS}
    if not events:
        return {}
    event_class = iri(term("Event"))
    found = {}
    for quad in context.emitter.quads():
        if quad.object == event_class and quad.predicate.value == RDF_TYPE:
            subject = str(quad.subject).strip("<>")
            if subject in events:
                found[subject] = by_graph[str(quad.graph_name).strip("<>")]
    return found
