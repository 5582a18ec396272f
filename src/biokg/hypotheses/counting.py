"""Counting in an open world: what is known to hold, known not to hold, and unknown. Pure functions.

For a population of N members: Y known to satisfy a criterion, X known not to, U = N − Y − X unknown. Members
whose membership itself is uncertain widen the interval. A member without a fact is unknown, never a "no".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """What is known of one member. Disputed means facts of both kinds; it counts as unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    DISPUTED = "disputed"


Pair = tuple[State, State]
"""Exposure and outcome of one member."""


class Outcome(StrEnum):
    """What a criterion came to (the outcomes of EARL)."""

    PASSED = "passed"
    FAILED = "failed"
    CANT_TELL = "cant-tell"
    UNTESTED = "untested"


@dataclass(frozen=True)
class Tally:
    """Numbers of certain members (``yes``, ``no``, ``unknown``) and of possible ones."""

    yes: int
    no: int
    unknown: int
    possible_yes: int = 0
    possible_no: int = 0
    possible_unknown: int = 0
    disputed: int = 0

    @property
    def n(self) -> int:
        """Certain members."""
        return self.yes + self.no + self.unknown

    @property
    def possible(self) -> int:
        """Members whose membership the sources leave open."""
        return self.possible_yes + self.possible_no + self.possible_unknown

    @property
    def low(self) -> float | None:
        """Certain share: the smallest that any resolution of the unknowns, membership included, can give."""
        size = self.n + self.possible_no + self.possible_unknown
        return self.yes / size if size else None

    @property
    def high(self) -> float | None:
        """Possible share: the largest that any resolution can give."""
        size = self.n + self.possible_yes + self.possible_unknown
        return (self.yes + self.unknown + self.possible_yes + self.possible_unknown) / size if size else None

    @property
    def coverage(self) -> float | None:
        """Share of certain members of which something is known."""
        return (self.yes + self.no) / self.n if self.n else None

    @property
    def observed(self) -> float | None:
        """Y / (Y + X). Shown, and never decides: without known negatives it is always 1."""
        return self.yes / (self.yes + self.no) if self.yes + self.no else None

    @property
    def empty(self) -> bool:
        """Whether nothing is known of any certain member."""
        return self.yes + self.no == 0


def tally(certain: Iterable[State], possible: Iterable[State] = ()) -> Tally:
    """Count the states of certain and of possible members."""
    sure, open_ = list(certain), list(possible)

    def of(states: list[State], *wanted: State) -> int:
        return sum(state in wanted for state in states)

    return Tally(
        yes=of(sure, State.YES),
        no=of(sure, State.NO),
        unknown=of(sure, State.UNKNOWN, State.DISPUTED),
        possible_yes=of(open_, State.YES),
        possible_no=of(open_, State.NO),
        possible_unknown=of(open_, State.UNKNOWN, State.DISPUTED),
        disputed=of(sure, State.DISPUTED),
    )


def decide(count: Tally, quantifier: str, threshold: float) -> Outcome:
    """The outcome of a count under ``most`` (share), ``all``, ``at-least`` (number) or ``some``.

    *most*: passed if L > t, failed if H ≤ t. *at-least n*, *some*: passed if Y ≥ n, failed if Y + U < n.
    *all*: passed only if Y = N, failed if X > 0. No data at all: untested.
    """
    if count.n == 0 or count.empty:
        return Outcome.UNTESTED
    if quantifier == "most":
        low, high = count.low, count.high
        assert low is not None and high is not None  # noqa: S101, PT018 - n > 0
        return _between(low > threshold, high <= threshold)
    if quantifier == "all":
        return _between(count.yes == count.n and count.possible_no + count.possible_unknown == 0, count.no > 0)
    needed = 1 if quantifier == "some" else threshold
    reachable = count.yes + count.unknown + count.possible_yes + count.possible_unknown
    return _between(count.yes >= needed, reachable < needed)


def _between(passed: bool, failed: bool) -> Outcome:
    return Outcome.PASSED if passed else Outcome.FAILED if failed else Outcome.CANT_TELL


def needed_unknowns(count: Tally, quantifier: str, threshold: float) -> int | None:
    """How many unknown certain members must turn out a "yes" for the criterion to pass, whoever else belongs.

    ``None`` where it cannot pass so, or the quantifier is another than *most*, *at-least* or *some*.
    """
    if quantifier not in ("most", "at-least", "some"):
        return None
    for extra in range(count.unknown + 1):
        shifted = replace(count, yes=count.yes + extra, unknown=count.unknown - extra)
        if decide(shifted, quantifier, threshold) is Outcome.PASSED:
            return extra
    return None


def needed_no(count: Tally, quantifier: str, threshold: float) -> int | None:
    """How many unknown certain members must turn out a "no" for the criterion to fail; ``None``: it cannot."""
    if quantifier not in ("most", "at-least", "some"):
        return None
    for lost in range(count.unknown + 1):
        shifted = replace(count, no=count.no + lost, unknown=count.unknown - lost)
        if decide(shifted, quantifier, threshold) is Outcome.FAILED:
            return lost
    return None


@dataclass(frozen=True)
class Difference:
    """The range of a difference of two shares over all resolutions of the unknowns, and the groups behind it.

    ``low`` and ``high`` are ``None`` where one of the groups has no certain member.
    """

    low: float | None
    high: float | None
    exposed: Tally
    unexposed: Tally
    unknown_exposure: int

    @property
    def coverage_gap(self) -> float | None:
        """Difference of the shares of members with a known outcome."""
        first, second = self.exposed.coverage, self.unexposed.coverage
        return None if first is None or second is None else abs(first - second)


def difference(pairs: Iterable[Pair], possible: Iterable[Pair] = ()) -> Difference:
    """The range of P(outcome | exposed) − P(outcome | not exposed) over (exposure, outcome) pairs.

    Unknown outcomes and unknown exposures are resolved in every way, and *possible* members are taken in or
    left out; the range holds every result. The groups count certain members only.
    """
    rows = [(_flat(exposure), _flat(outcome)) for exposure, outcome in pairs]
    extra = [(_flat(exposure), _flat(outcome)) for exposure, outcome in possible]
    exposed, unexposed, open_ = _groups(rows)
    if not exposed.n or not unexposed.n:
        return Difference(None, None, exposed, unexposed, open_.n)
    raising = {(State.YES, State.YES), (State.NO, State.NO)}
    lowering = {(State.YES, State.NO), (State.NO, State.YES)}
    low = _lowest(*_groups([*rows, *(pair for pair in extra if pair not in raising)]))
    high = _highest(*_groups([*rows, *(pair for pair in extra if pair not in lowering)]))
    return Difference(low, high, exposed, unexposed, open_.n)


def _groups(rows: list[Pair]) -> tuple[Tally, Tally, Tally]:
    """Tallies of the exposed, the unexposed and those of unknown exposure."""

    def of(wanted: State) -> Tally:
        return tally(outcome for exposure, outcome in rows if exposure is wanted)

    return of(State.YES), of(State.NO), of(State.UNKNOWN)


def _flat(state: State) -> State:
    return State.UNKNOWN if state is State.DISPUTED else state


def _lowest(exposed: Tally, unexposed: Tally, open_: Tally) -> float:
    """Smallest difference: unknown outcomes and exposures go where they lower it, the rest are tried in turn."""
    values = []
    for moved in range(open_.unknown + 1):
        rest = open_.unknown - moved
        first = exposed.yes / (exposed.n + open_.no + moved)
        ones = unexposed.yes + unexposed.unknown + open_.yes + rest
        values.append(first - ones / (unexposed.n + open_.yes + rest))
    return min(values)


def _highest(exposed: Tally, unexposed: Tally, open_: Tally) -> float:
    """Largest difference, likewise."""
    values = []
    for moved in range(open_.unknown + 1):
        rest = open_.unknown - moved
        ones = exposed.yes + exposed.unknown + open_.yes + moved
        first = ones / (exposed.n + open_.yes + moved)
        values.append(first - unexposed.yes / (unexposed.n + open_.no + rest))
    return max(values)


def decide_difference(found: Difference, threshold: float, comparable: float) -> Outcome:
    """Passed if the whole range lies above *threshold*, failed if none of it does.

    Untested where one group is empty; can't tell where coverage differs by more than *comparable*.
    """
    if found.low is None or found.high is None or found.exposed.empty or found.unexposed.empty:
        return Outcome.UNTESTED
    gap = found.coverage_gap
    if gap is None or gap > comparable:
        return Outcome.CANT_TELL
    return _between(found.low > threshold, found.high <= threshold)
