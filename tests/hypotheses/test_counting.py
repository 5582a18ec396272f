"""L and H are the exact range over every resolution of what is unknown; outcomes follow them and nothing else."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from biokg.hypotheses.counting import (
    Outcome,
    State,
    Tally,
    decide,
    decide_difference,
    difference,
    needed_no,
    needed_unknowns,
    tally,
)

STATES = st.sampled_from(list(State))
FEW = st.lists(STATES, max_size=5)
SHARES = st.sampled_from([0.0, 0.25, 0.5, 0.6, 0.75, 0.9])
OPEN = (State.UNKNOWN, State.DISPUTED)


def worlds(certain: list[State], possible: list[State]) -> list[list[bool]]:
    """Every way the unknown could turn out and the possible members belong or not."""
    choices: list[list[bool | None]] = []
    for state in certain:
        choices.append([True, False] if state in OPEN else [state is State.YES])
    for state in possible:
        known: list[bool | None] = [True, False] if state in OPEN else [state is State.YES]
        choices.append([*known, None])
    return [[value for value in world if value is not None] for world in product(*choices)]


@settings(deadline=None)
@given(FEW, st.lists(STATES, max_size=3))
def test_low_and_high_are_the_extremes_over_every_world(certain: list[State], possible: list[State]) -> None:
    count = tally(certain, possible)
    shares = [sum(world) / len(world) for world in worlds(certain, possible) if world]
    if not certain:
        return
    assert count.low is not None
    assert count.high is not None
    assert abs(count.low - min(shares)) < 1e-12
    assert abs(count.high - max(shares)) < 1e-12


@settings(deadline=None)
@given(FEW, st.lists(STATES, max_size=3), SHARES)
def test_most_is_decided_only_where_every_world_agrees(
    certain: list[State], possible: list[State], threshold: float
) -> None:
    outcome = decide(tally(certain, possible), "most", threshold)
    known = [state for state in certain if state not in OPEN]
    if not known:
        assert outcome is Outcome.UNTESTED
        return
    verdicts = {sum(world) / len(world) > threshold for world in worlds(certain, possible) if world}
    expected = {(True,): Outcome.PASSED, (False,): Outcome.FAILED}.get(tuple(verdicts), Outcome.CANT_TELL)
    assert outcome is expected


@settings(deadline=None)
@given(FEW, st.lists(STATES, max_size=3), st.integers(1, 4))
def test_at_least_and_all_are_decided_only_where_every_world_agrees(
    certain: list[State], possible: list[State], needed: int
) -> None:
    count = tally(certain, possible)
    if count.empty:
        assert decide(count, "at-least", needed) is decide(count, "all", 1) is Outcome.UNTESTED
        return
    every = worlds(certain, possible)
    for quantifier, holds in (("at-least", lambda world: sum(world) >= needed), ("all", lambda world: all(world))):
        verdicts = {holds(world) for world in every}
        expected = {(True,): Outcome.PASSED, (False,): Outcome.FAILED}.get(tuple(verdicts), Outcome.CANT_TELL)
        assert decide(count, quantifier, needed) is expected


@given(FEW, SHARES)
def test_a_member_without_a_fact_is_never_a_no(certain: list[State], threshold: float) -> None:
    before = tally(certain)
    after = tally([*certain, *[State.UNKNOWN] * 5])
    assert after.no == before.no
    if before.n:
        assert after.low is not None
        assert before.low is not None
        assert after.low <= before.low
        assert after.high is not None
        assert before.high is not None
        assert after.high >= before.high
    if decide(before, "most", threshold) is not Outcome.FAILED:
        assert decide(after, "most", threshold) is not Outcome.FAILED


@given(FEW, st.lists(STATES, max_size=3), SHARES)
def test_flip_points_are_the_smallest_that_flip(certain: list[State], possible: list[State], threshold: float) -> None:
    count = tally(certain, possible)
    needed = needed_unknowns(count, "most", threshold)
    if needed is not None:
        assert needed <= count.unknown
        for extra in range(count.unknown + 1):
            turned = Tally(
                count.yes + extra,
                count.no,
                count.unknown - extra,
                count.possible_yes,
                count.possible_no,
                count.possible_unknown,
            )
            assert (decide(turned, "most", threshold) is Outcome.PASSED) == (extra >= needed)
    lost = needed_no(count, "most", threshold)
    assert lost is None or lost <= count.unknown


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(STATES, STATES), max_size=5), st.lists(st.tuples(STATES, STATES), max_size=2))
def test_a_difference_spans_every_world(pairs: list[tuple[State, State]], possible: list[tuple[State, State]]) -> None:
    found = difference(pairs, possible)
    exposures = [exposure for exposure, _ in pairs]
    if State.YES not in exposures or State.NO not in exposures:
        assert found.low is None
        return
    values = []
    for kept in product([True, False], repeat=len(possible)):
        rows = [*pairs, *(pair for pair, keep in zip(possible, kept, strict=True) if keep)]
        options = [
            list(
                product(
                    [True, False] if exposure in OPEN else [exposure is State.YES],
                    [True, False] if outcome in OPEN else [outcome is State.YES],
                )
            )
            for exposure, outcome in rows
        ]
        for world in product(*options):
            first = [outcome for exposure, outcome in world if exposure]
            second = [outcome for exposure, outcome in world if not exposure]
            values.append(sum(first) / len(first) - sum(second) / len(second))
    assert found.low is not None
    assert found.high is not None
    assert abs(found.low - min(values)) < 1e-12
    assert abs(found.high - max(values)) < 1e-12


def test_groups_that_are_known_unequally_well_are_not_compared() -> None:
    exposed = [(State.YES, State.YES)] * 10
    hardly_known = [(State.NO, State.NO)] + [(State.NO, State.UNKNOWN)] * 9
    assert decide_difference(difference([*exposed, *hardly_known]), 0.0, 0.2) is Outcome.CANT_TELL
    well_known = [(State.NO, State.NO)] * 10
    assert decide_difference(difference([*exposed, *well_known]), 0.0, 0.2) is Outcome.PASSED
    reverse = [(State.YES, State.NO)] * 10 + [(State.NO, State.YES)] * 10
    assert decide_difference(difference(reverse), 0.0, 0.2) is Outcome.FAILED


def test_nobody_to_compare_with_is_untested() -> None:
    silent = [(State.YES, State.YES)] * 10 + [(State.UNKNOWN, State.NO)] * 10
    assert decide_difference(difference(silent), 0.0, 0.2) is Outcome.UNTESTED
