"""Counts made from the bare triples, by other code and without SPARQL, agree with the assessment in every view.

One measure of each kind: order in time, money received, alliances, partners, integration, events since, practices.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from scipy.stats import beta

from biokg.hypotheses.statistics import intervals

if TYPE_CHECKING:
    from collections.abc import Callable

    from biokg.hypotheses import HypothesisAssessment
    from biokg.store.base import Store

LAYERS = ("dissertation", "public-to-2016", "public-after-2016")
VIEWS = {"dissertation": LAYERS[:1], "to-2016": LAYERS[:2], "all": LAYERS}
PROPER = {
    *("research-alliance", "licensing-out", "licensing-in", "co-development", "joint-venture"),
    *("marketing-distribution", "equity-alliance", "strategic-alliance-unspecified", "public-private-partnership"),
}
PUBLIC = {"public-investor", "government", "public-agency"}
INTEGRATED, SETTLED = {"achieved", "fully-integrated"}, "no-longer-fully-integrated"
ENDS = ("AcquisitionEvent", "MergerEvent", "InsolvencyEvent")


def last(iri: str) -> str:
    return iri.rstrip("/").replace("#", "/").rsplit("/", 1)[-1]


class Triples:
    """The asserted triples of one view, by predicate name, forwards and backwards."""

    def __init__(self, store: Store, layers: tuple[str, ...]) -> None:
        self.forward: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.backward: dict[tuple[str, str], set[str]] = defaultdict(set)
        for quad in store.quads():
            graph = quad.graph_name.value.rsplit("/graph/", 1)[-1]
            if graph.startswith("inferred/") or (graph in LAYERS and graph not in layers):
                continue
            name = last(quad.predicate.value)
            self.forward[quad.subject.value, name].add(quad.object.value)
            self.backward[quad.object.value, name].add(quad.subject.value)

    def codes(self, subject: str, name: str) -> set[str]:
        return {last(value) for value in self.forward[subject, name]}

    def typed(self, subjects: set[str], kind: str) -> set[str]:
        return {subject for subject in subjects if kind in self.codes(subject, "type")}

    def year(self, event: str) -> int | None:
        return min((int(value) for value in self.forward[event, "year"]), default=None)

    def events(self, thing: str, *kinds: str) -> list[str]:
        return [event for kind in kinds for event in self.typed(self.backward[thing, "eventOf"], kind)]

    def early(self, event: str, view: str) -> bool:
        """Whether an event is known to lie by the end of 2016."""
        year = self.year(event)
        layers = {layer for each in self.forward[event, "statedIn"] for layer in self.codes(each, "layer")}
        return year <= 2016 if year is not None else view != "all" or bool(layers & set(LAYERS[:2]))


def members(world: Triples) -> tuple[set[str], set[str]]:
    """Certain and possible members of the default population of firms."""
    certain, possible = set(), set()
    for state in {s for (s, name), values in world.forward.items() if name == "classifiedAs" and values}:
        if "nbf" not in world.codes(state, "classifiedAs"):
            continue
        (firm,) = world.forward[state, "stateOf"]
        sample, founded = world.codes(state, "sampleMembership"), world.codes(firm, "foundedBy2016")
        if "dissertation-named" in sample or ("candidate-2016" in sample and "true" in founded):
            certain.add(firm)
        elif ("candidate-2016" in sample and not founded) or "lead-only" in sample:
            possible.add(firm)
    return certain, possible


def order(world: Triples, firm: str, _view: str) -> set[bool]:
    first: dict[str, int] = {}
    for launch in world.backward["https://w3id.org/biokg/ontology/LaunchEvent", "type"]:
        year = world.year(launch)
        for policy in world.forward[launch, "eventOf"]:
            for region in world.forward[policy, "appliesIn"]:
                if year is not None:
                    first[region] = min(year, first.get(region, year))
    seats = {r for state in world.backward[firm, "stateOf"] for r in world.forward[state, "seatRegion"]}
    years = {year for event in world.events(firm, "FoundingEvent") if (year := world.year(event)) is not None}
    return {year >= first[region] for year in years for region in seats if region in first}


def public_money(world: Triples, firm: str, _view: str) -> set[bool]:
    def kinds(party: str) -> set[str]:
        return {kind for state in world.backward[party, "stateOf"] for kind in world.codes(state, "classifiedAs")}

    rounds = world.events(firm, "FinancingEvent")
    by_class = any({"public", "public-and-foundation"} & world.codes(event, "investorClass") for event in rounds)
    by_party = any(kinds(party) & PUBLIC for event in rounds for party in world.forward[event, "investor"])
    helpers = (kinds(party) for party in world.forward[firm, "supportedBy"])
    helped = any(found & (PUBLIC | {"cluster", "network-organisation"}) for found in helpers)
    remarks = world.typed(world.backward[firm, "about"], "Remark")
    remarked = any("public-support" in world.codes(remark, "remarkTopic") for remark in remarks)
    return {True} if by_class or by_party or helped or remarked else set()


def allied(world: Triples, firm: str, classes: set[str] | None) -> set[bool]:
    for role in world.backward[firm, "playedBy"]:
        for alliance in world.backward[role, "hasRole"]:
            others = world.forward[alliance, "hasRole"] - {role}
            fitting = classes is None or any(world.codes(other, "playerClass") & classes for other in others)
            if others and fitting and world.codes(alliance, "primaryAllianceType") & PROPER:
                return {True}
    return set()


def not_integrated(world: Triples, firm: str, view: str) -> set[bool]:
    """By the end of 2016."""
    found = {True for event in world.events(firm, *ENDS) if world.early(event, view)}
    for state in world.typed(world.backward[firm, "stateOf"], "IntegrationState"):
        starts = {int(value[:4]) for value in world.forward[state, "startLatest"]}
        if min(starts) <= 2016 if starts else world.early(state, view):
            for status in world.codes(state, "integrationStatus"):
                if status == SETTLED:
                    return {True}
                found.add(status not in INTEGRATED)
    return found


def practising(world: Triples, firm: str, _view: str) -> set[bool]:
    for role in world.backward[firm, "playedBy"]:
        owners = world.backward[role, "hasRole"]
        flows = world.codes(role, "knowledgeFlow") & {"inbound", "outbound", "coupled"}
        if world.typed(owners, "OpenInnovationPractice") or (flows and world.typed(owners, "Alliance")):
            return {True}
    return set()


MEASURES: dict[str, Callable[[Triples, str, str], set[bool]]] = {
    "h1b-order": order,
    "h1b-public-money": public_money,
    "h2a-alliances": lambda world, firm, _: allied(world, firm, None),
    "h2b-large-pharma": lambda world, firm, _: allied(world, firm, {"big-pharma"}),
    "h3a-by-2016": not_integrated,
    "h4a-open-innovation": practising,
}


@pytest.fixture(scope="module")
def worlds(store: Store) -> dict[str, Triples]:
    return {view: Triples(store, layers) for view, layers in VIEWS.items()}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("criterion", MEASURES)
def test_numbers_shares_and_intervals_come_from_the_triples(
    worlds: dict[str, Triples], assessed: dict[str, HypothesisAssessment], criterion: str, view: str
) -> None:
    world = worlds[view]
    certain, possible = members(world)
    sure = [MEASURES[criterion](world, firm, view) for firm in certain]
    open_ = [MEASURES[criterion](world, firm, view) for firm in possible]
    yes, no = sum(found == {True} for found in sure), sum(found == {False} for found in sure)
    may_be_no = sum(found != {True} for found in open_)
    may_be_yes = sum(found != {False} for found in open_)
    part = {c.criterion.id: c for claim in assessed[criterion[:2]].view(view).sub_claims for c in claim.criteria}
    count = part[criterion].tally
    assert (count.n, count.possible, count.yes, count.no) == (len(certain), len(possible), yes, no)
    assert count.low == yes / (len(certain) + may_be_no)
    assert count.high == (len(certain) - no + may_be_yes) / (len(certain) + may_be_yes)
    assert count.coverage == (yes + no) / len(certain)
    size = len(certain) + may_be_no
    exact = (beta.ppf(0.025, yes, size - yes + 1), beta.ppf(0.975, yes + 1, size - yes))
    assert intervals(count)["at_low"]["clopper_pearson"] == pytest.approx(exact)
