"""Nothing of a verdict is written down: perturb the data and each sub-claim moves as predicted, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Quad

from biokg.hypotheses.counting import Outcome
from biokg.hypotheses.verdict import Verdict
from biokg.terms import PREFIXES, concept, entity, term

if TYPE_CHECKING:
    from tests.hypotheses.conftest import World

VIEW = "all"
FLANDERS, WALLONIA = entity("region", "flanders"), entity("region", "wallonia")


def about(world: World, predicate: str, target: str) -> set[str]:
    return {
        quad.subject.value
        for quad in world.store.quads()
        if quad.predicate.value == term(predicate) and getattr(quad.object, "value", "") == target
    }


def test_h1a_falls_without_the_instruments_of_a_region_and_stands_again_with_one(world: World) -> None:
    assert world.claim("h1a").decision.verdict is Verdict.SUPPORTED
    assert world.drop(lambda q: q.predicate.value == term("appliesIn") and q.object.value == WALLONIA) > 20
    fallen = world.claim("h1a")
    assert fallen.decision.verdict is Verdict.PARTIAL
    (instruments,) = [found for found in fallen.criteria if found.criterion.id == "h1a-instruments"]
    assert (instruments.tally.yes, instruments.tally.no, instruments.tally.unknown) == (1, 0, 1)
    world.add(entity("policy", "test"), ("a", term("PolicyInstrument")), ("appliesIn", WALLONIA))
    assert world.criterion("h1a-instruments").outcome is Outcome.PASSED
    assert world.claim("h1a").decision.verdict is Verdict.SUPPORTED


def test_h1b_is_contradicted_when_most_firms_are_older_than_policy(world: World) -> None:
    before = world.criterion("h1b-order")
    assert before.outcome is Outcome.PASSED
    world.drop(lambda q: getattr(q.object, "value", "") == term("LaunchEvent"))
    assert world.criterion("h1b-order").outcome is Outcome.UNTESTED
    for region in (FLANDERS, WALLONIA):
        policy = world.add(world.new("policy"), ("a", term("PolicyInstrument")), ("appliesIn", region))
        world.event("LaunchEvent", policy, 2030)
    after = world.criterion("h1b-order")
    assert (after.tally.yes, after.tally.no) == (0, before.tally.yes)
    assert world.claim("h1b").decision.verdict is Verdict.CONTRADICTED


def test_h1b_needs_complete_foundings_here_and_elsewhere_and_answers_to_its_critics(world: World) -> None:
    assert world.criterion("h1b-rates").outcome is Outcome.UNTESTED
    bavaria = entity("region", "bavaria-test")
    for region in (FLANDERS, WALLONIA, bavaria):
        world.complete(region, "FoundingEvent")
    for year in (1975, 1985):
        firm = world.firm(f"bavarian-{year}", sample="lead-only")
        world.drop(
            lambda q, firm=firm: (
                q.predicate.value == term("seatRegion") and f"seat/{firm.rsplit('/', 1)[-1]}" in q.subject.value
            )
        )
        world.add(world.new("seat"), ("a", term("SeatState")), ("stateOf", firm), ("seatRegion", bavaria))
        world.event("FoundingEvent", firm, year)
    for region, name in ((FLANDERS, "flemish"), (WALLONIA, "walloon")):
        for number in range(5):
            firm = world.firm(f"{name}-{number}", region=region.rsplit("/", 1)[-1])
            world.event("FoundingEvent", firm, 1986)
    assert world.criterion("h1b-rates").outcome is Outcome.PASSED
    claim = world.claim("h1b")
    assert claim.decision.verdict is Verdict.PARTIAL
    assert "counter-evidence" in claim.decision.why
    assert world.drop_challenges("h1") > 50
    assert world.claim("h1b").decision.verdict is Verdict.SUPPORTED
    for number in range(30):
        world.event("FoundingEvent", world.firm(f"older-{number}"), 1975)
    assert world.criterion("h1b-rates").outcome is Outcome.FAILED
    assert world.claim("h1b").decision.verdict is Verdict.CONTRADICTED


def allied_and_not(world: World, criterion: str) -> tuple[list[str], list[str]]:
    found = world.criterion(criterion)
    yes = [result.member.iri for result in found.members if result.state.value == "yes"]
    silent = [result.member.iri for result in found.members if result.state.value == "unknown"]
    return yes, silent


def settle_development(world: World, yes: list[str], no: list[str]) -> None:
    kinds = ("ListingEvent", "AcquisitionEvent", "ApprovalEvent", "InsolvencyEvent")
    types = {term(kind) for kind in kinds}
    world.drop(lambda q: getattr(q.object, "value", "") in types)
    for firm in yes:
        world.event("ApprovalEvent", firm, 2010)
    for firm in no:
        world.event("InsolvencyEvent", firm, 2010)


@pytest.mark.parametrize(
    ("claim", "criterion", "comparison", "supported"),
    [
        ("h2a", "h2a-alliances", "h2a-comparison", Verdict.PARTIAL),
        ("h2b", "h2b-large-pharma", "h2b-comparison", Verdict.SUPPORTED),
    ],
)
def test_h2_moves_with_a_comparison_group(
    world: World, claim: str, criterion: str, comparison: str, supported: Verdict
) -> None:
    assert world.criterion(comparison).outcome is Outcome.UNTESTED
    allied, silent = allied_and_not(world, criterion)
    for firm in silent:
        world.without_alliances(firm) if claim == "h2a" else world.complete(firm, "Alliance")
    settle_development(world, allied, silent)
    world.drop_challenges("h2")
    found = world.criterion(comparison)
    assert found.outcome is Outcome.PASSED
    assert world.claim(claim).decision.verdict is supported
    settle_development(world, silent, allied)
    assert world.criterion(comparison).outcome is Outcome.FAILED
    assert world.claim(claim).decision.verdict is Verdict.CONTRADICTED


def test_h2b_falls_back_without_the_payments(world: World) -> None:
    assert world.criterion("h2b-payments").outcome is Outcome.PASSED
    assert world.drop(lambda q: q.predicate.value == term("hasPayment")) > 100
    assert world.criterion("h2b-payments").outcome is Outcome.UNTESTED
    assert world.claim("h2b").decision.verdict is Verdict.INSUFFICIENT


def test_five_firms_without_alliances_lower_the_certain_share_and_never_count_as_a_no(world: World) -> None:
    before = world.criterion("h2a-alliances")
    for number in range(5):
        world.firm(f"newcomer-{number}")
    after = world.criterion("h2a-alliances")
    assert (after.tally.yes, after.tally.no) == (before.tally.yes, before.tally.no)
    assert after.tally.unknown == before.tally.unknown + 5
    assert after.low is not None
    assert before.low is not None
    assert after.low < before.low
    assert after.high == before.high == 1.0
    for number in range(5):
        world.without_alliances(entity("organization", f"newcomer-{number}"))
    stated = world.criterion("h2a-alliances")
    assert stated.tally.no == before.tally.no + 5
    assert stated.high is not None
    assert stated.high < 1.0


def test_h2a_is_contradicted_when_most_are_stated_to_be_without(world: World) -> None:
    world.drop(lambda q: q.predicate.value == term("playedBy"))
    assert world.claim("h2a").decision.verdict is Verdict.INSUFFICIENT
    for firm in world.members("h2a-alliances", "unknown"):
        world.without_alliances(firm)
    assert world.claim("h2a").decision.verdict is Verdict.CONTRADICTED


def test_h3a_moves_with_stated_integration(world: World) -> None:
    assert world.claim("h3a").decision.verdict is Verdict.INSUFFICIENT
    silent = world.members("h3a-by-2016", "unknown")
    nodes = [world.state(firm, "not-fully-integrated", start="2015-06-01") for firm in silent]
    world.drop_challenges("h3")
    assert world.criterion("h3a-by-2016").outcome is Outcome.PASSED
    assert world.claim("h3a").decision.verdict is Verdict.SUPPORTED
    world.drop_nodes(nodes)
    for firm in silent:
        world.state(firm, "fully-integrated", start="2015-06-01")
    assert world.claim("h3a").decision.verdict is Verdict.CONTRADICTED


def test_h3b_moves_with_what_happened_since(world: World) -> None:
    silent = world.members("h3b-to-date", "unknown")
    events = [world.event("InsolvencyEvent", firm, 2020, layer="public-after-2016") for firm in silent]
    world.drop_challenges("h3")
    assert world.criterion("h3b-to-date").outcome is Outcome.PASSED
    assert world.claim("h3b").decision.verdict is Verdict.SUPPORTED
    assert world.claim("h3b", "to-2016").decision.verdict is Verdict.INSUFFICIENT
    world.drop_nodes(events)
    for firm in silent:
        world.state(firm, "achieved", start="2020-01-01", layer="public-after-2016")
    assert world.criterion("h3b-to-date").outcome is Outcome.FAILED
    assert world.claim("h3b").decision.verdict is Verdict.CONTRADICTED


def test_h4a_moves_with_the_practices(world: World) -> None:
    claim = world.claim("h4a")
    assert claim.decision.verdict is Verdict.PARTIAL
    world.drop_challenges("h4")
    assert world.claim("h4a").decision.verdict is Verdict.SUPPORTED
    world.drop(lambda q: q.predicate.value == term("knowledgeFlow"))
    world.drop(lambda q: q.predicate.value == term("playedBy") and "/practice/" in q.subject.value)
    assert world.claim("h4a").decision.verdict is Verdict.INSUFFICIENT
    for firm in world.members("h4a-open-innovation", "unknown"):
        world.complete(firm, "OpenInnovationPractice")
    assert world.claim("h4a").decision.verdict is Verdict.CONTRADICTED


def mechanisms(world: World, name: str) -> None:
    wanted = term("mechanism")
    old = [
        quad for quad in world.store.quads() if quad.predicate.value == wanted and "/practice/" in quad.subject.value
    ]
    world.store.remove(old)
    target = type(old[0].predicate)(concept("mechanism", name))
    world.store.add([Quad(quad.subject, quad.predicate, target, quad.graph_name) for quad in old])


def test_h4b_moves_with_the_mechanisms(world: World) -> None:
    assert world.criterion("h4b-beyond").outcome is Outcome.PASSED
    mechanisms(world, "in-licensing")
    assert world.criterion("h4b-beyond").outcome is Outcome.FAILED
    assert world.claim("h4b").decision.verdict is Verdict.CONTRADICTED
    mechanisms(world, "open-platform")
    exposed, silent = [], []
    for result in world.criterion("h4b-comparison").members:
        (exposed if result.exposure is not None and result.exposure.value == "yes" else silent).append(
            result.member.iri
        )
    for firm in silent:
        world.complete(firm, "OpenInnovationPractice")
    settle_development(world, exposed, silent)
    world.drop_challenges("h4")
    assert world.claim("h4b").decision.verdict is Verdict.SUPPORTED


def test_leaving_a_document_out_takes_away_only_what_stands_on_it_alone(world: World) -> None:
    before = world.criterion("h2a-alliances")
    facts = [fact for result in before.members for fact in result.facts]
    alone = {next(iter(fact.documents)) for fact in facts if len(fact.documents) == 1}
    document = sorted(alone)[0]
    kept = sum(fact.without(document) for fact in facts)
    assert len(facts) - kept > 0
    assert all(document not in fact.documents or len(fact.documents) > 1 for fact in facts if fact.without(document))


def test_the_verdict_of_the_author_is_never_evidence(world: World) -> None:
    views = {name: world.view(name).decision.verdict for name in ("h1", "h2", "h3", "h4")}
    assertions = about(world, "verdict", concept("verdict", "supported"))
    assert len(assertions) >= 4
    world.drop_nodes(assertions)
    lines = {
        quad.subject.value
        for quad in world.store.quads()
        if quad.predicate.value == term("evidenceKind") and quad.object.value.endswith("/dissertation-conclusion")
    }
    assert len(lines) >= 4
    world.drop_nodes(lines)
    assert {name: world.view(name).decision.verdict for name in views} == views


def test_stance_alone_never_decides_a_criterion(world: World) -> None:
    names = ("h2a-alliances", "h3a-by-2016", "h4b-beyond", "h1b-order")
    before = {name: world.criterion(name).outcome for name in names}
    stance = PREFIXES["bks"] + "stance/"
    flipped = [quad for quad in world.store.quads() if quad.predicate.value == term("stance")]
    world.store.remove(flipped)
    node = type(flipped[0].predicate)
    other = {stance + "supports": "challenges", stance + "challenges": "supports", stance + "qualifies": "challenges"}
    world.store.add([Quad(q.subject, q.predicate, node(stance + other[q.object.value]), q.graph_name) for q in flipped])
    assert {name: world.criterion(name).outcome for name in names} == before
    assert world.claim("h1a").decision.verdict is not Verdict.SUPPORTED
