"""Statistics beside the verdicts; none of them decides anything.

Everything comes from SciPy and statsmodels. Firms are no random draw, a silent firm is never a "no", and two
groups known unequally well are not compared: the texts returned here say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from biokg.hypotheses.counting import State, Tally, tally
from biokg.hypotheses.extraction import MISSING, Fact, last_segment

if TYPE_CHECKING:
    from biokg.hypotheses.answers import Answers
    from biokg.hypotheses.assessment import HypothesisAssessment, ViewAssessment
    from biokg.hypotheses.criteria import CriterionAssessment

LEVEL = 0.95
ALPHA = 0.05
DRAW = "as if firms were a random draw, which they are not; it decides nothing"
SELECTED = (
    "the firms are those that drew attention, not all that were founded: before/after without comparison, "
    "and no founding rate of a region"
)
_REGIONS = ("flanders", "wallonia")
_SPAN = 10
_END = {"AcquisitionEvent": 1, "MergerEvent": 1, "InsolvencyEvent": 2}


def interval(yes: int, size: int) -> dict[str, Any] | None:
    """The Clopper–Pearson (exact) and the Wilson (score) interval of *yes* out of *size*; ``None`` without members."""
    if size == 0:
        return None
    from scipy.stats import binomtest

    test = binomtest(yes, size)
    exact = test.proportion_ci(confidence_level=LEVEL, method="exact")
    wilson = test.proportion_ci(confidence_level=LEVEL, method="wilson")
    return {
        "yes": yes,
        "of": size,
        "share": yes / size,
        "level": LEVEL,
        "clopper_pearson": [float(exact.low), float(exact.high)],
        "wilson": [float(wilson.low), float(wilson.high)],
        "caption": DRAW,
    }


def intervals(count: Tally) -> dict[str, Any]:
    """Intervals at L (every unknown a no) and at H (every unknown a yes)."""
    at_low = interval(count.yes, count.n + count.possible_no + count.possible_unknown)
    reach = count.yes + count.unknown + count.possible_yes + count.possible_unknown
    at_high = interval(reach, count.n + count.possible_yes + count.possible_unknown)
    return {"at_low": at_low, "at_high": at_high}


def fisher_range(first: Tally, second: Tally) -> tuple[float, float]:
    """Smallest and largest p of Fisher's exact test over every resolution of the unknowns of two groups."""
    from scipy.stats import fisher_exact

    values = []
    for a in range(first.yes, first.yes + first.unknown + 1):
        for b in range(second.yes, second.yes + second.unknown + 1):
            table = [[a, first.n - a], [b, second.n - b]]
            values.append(float(fisher_exact(table).pvalue))
    return min(values), max(values)


def compare_groups(groups: Mapping[str, Tally], comparable: float) -> dict[str, Any]:
    """Two groups side by side: coverage first; "not comparable", or a range of p where it allows one."""
    told: dict[str, Any] = {
        name: {"N": group.n, "Y": group.yes, "X": group.no, "U": group.unknown, "coverage": group.coverage}
        for name, group in groups.items()
    }
    first, second = groups.values()
    answer: dict[str, Any] = {"groups": told, "test": "Fisher’s exact test over every resolution of the unknowns"}
    empty = [name for name, group in groups.items() if not group.n]
    if empty:
        return answer | {"result": "not comparable", "why": f"nobody is {empty[0]}, and silence is no such statement"}
    gap = abs((first.coverage or 0) - (second.coverage or 0))
    if gap > comparable:
        why = f"coverage differs by {100 * gap:.0f} points, more than {100 * comparable:.0f}"
        return answer | {"result": "not comparable", "why": why}
    low, high = fisher_range(first, second)
    if low < ALPHA <= high:
        return answer | {"result": "no p-value", "why": "over the unknowns p lies on both sides of 0.05"}
    why = "p stays below 0.05 whatever the unknowns are" if high < ALPHA else "p is never below 0.05"
    return answer | {"result": "p-value range", "p": [low, high], "why": why}


def by_region(found: CriterionAssessment, comparable: float) -> dict[str, Any]:
    """A counted criterion for the firms of Flanders and of Wallonia."""
    groups = {
        region: tally(
            item.state for item in found.members if item.certain and region in item.member.codes.get("region", ())
        )
        for region in _REGIONS
    }
    return {"criterion": found.criterion.id, **compare_groups(groups, comparable)}


def comparisons(view: ViewAssessment, comparable: float) -> list[dict[str, Any]]:
    """Every comparison of the view: the members stated to be exposed beside those stated not to be.

    Members of unknown exposure are in neither group; how many they are is said.
    """
    told = []
    for item in (item for part in view.sub_claims for item in part.criteria):
        if item.difference is not None:
            groups = {"stated to be with": item.difference.exposed, "stated to be without": item.difference.unexposed}
            told.append(
                {
                    "criterion": item.criterion.id,
                    "title": item.criterion.title,
                    "unknown_exposure": item.difference.unknown_exposure,
                    **compare_groups(groups, comparable),
                }
            )
    return told


def _years(answers: Answers, query: str) -> dict[str, list[Fact]]:
    return {member: [fact for fact in found if fact.year] for member, found in answers.facts(query).items()}


def founding_rates(answers: Answers) -> list[dict[str, Any]]:
    """For every dated regional instrument: foundings in the ten years before and after, with a rate ratio.

    "No pre-period is observable" where no founding is dated before the instrument.
    """
    foundings: dict[str, set[tuple[str, int]]] = {region: set() for region in _REGIONS}
    for member, found in answers.facts("measure-founding-order").items():
        for fact in found:
            if fact.year and fact.code("region") in foundings:
                foundings[fact.code("region")].add((member, fact.year))
    rows = []
    for region, instruments in answers.facts("measure-instruments").items():
        own = foundings.get(last_segment(region), set())
        starts = {(fact.year, fact.label) for fact in instruments if fact.year}
        for year, label in sorted(starts):
            rows.append(
                {
                    "region": last_segment(region),
                    "instrument": label,
                    "year": year,
                    **_rate(own, year, answers.definitions.cut_off),
                }
            )
    return rows


def _rate(foundings: set[tuple[str, int]], year: int, cut_off: int) -> dict[str, Any]:
    """Counts ten years each side; a period is observable only where the record reaches past its far end."""
    before = len({firm for firm, founded in foundings if year - _SPAN <= founded < year})
    after = len({firm for firm, founded in foundings if year <= founded < year + _SPAN})
    told: dict[str, Any] = {"years": _SPAN, "before": before, "after": after, "caption": SELECTED}
    earliest = min((founded for _, founded in foundings), default=None)
    if earliest is None or year - _SPAN < earliest:
        start = f"the first dated founding of the region is of {earliest}" if earliest else "no founding is dated"
        return told | {"result": "no pre-period is observable", "why": start}
    if year + _SPAN > cut_off:
        return told | {"result": "no post-period is observable", "why": f"ten years after it end later than {cut_off}"}
    if before == 0:
        return told | {"result": "no rate ratio", "why": "no founding is dated in the ten years before"}
    from statsmodels.stats.rates import confint_poisson_2indep

    low, high = confint_poisson_2indep(after, _SPAN, before, _SPAN, method="score", compare="ratio", alpha=1 - LEVEL)
    ratio = after / before
    return told | {"result": "rate ratio", "ratio": ratio, "interval": [float(low), float(high)], "method": "score"}


def _waits(found: CriterionAssessment, answers: Answers) -> dict[str, int]:
    """Years from founding to the first dated alliance proper, for the certain members that have one."""
    by_firm = _years(answers, "measure-early-alliance")
    types = answers.definitions.rules["alliance-early"].yes[0]["type"]
    waits = {}
    for item in found.members:
        spans = [
            fact.year - int(fact.code("founded"))
            for fact in by_firm.get(item.member.iri, [])
            if fact.year and fact.code("type") in types
        ]
        if item.certain and spans:
            waits[item.member.iri] = min(spans)
    return waits


def time_to_first_alliance(found: CriterionAssessment, answers: Answers) -> dict[str, Any]:
    """Share of firms with an alliance within t years of founding, as a range over what is not known.

    Exposure starts at founding. A silent firm may have had one at any time, so the upper end stays high.
    """
    waits = _waits(found, answers)
    sure = [item for item in found.members if item.certain]
    without = sum(item.state is State.NO for item in sure)
    told_all = {item.member.iri for item in sure if any(fact.code("complete") != MISSING for fact in item.facts)}
    size = len(sure)
    curve = []
    for year in range(16):
        known = sum(wait <= year for wait in waits.values())
        later = sum(wait > year for firm, wait in waits.items() if firm in told_all)
        curve.append(
            {
                "years": year,
                "low": known / size if size else None,
                "high": (size - without - later) / size if size else None,
            }
        )
    ordered = sorted(waits.values())
    return {
        "N": size,
        "with_dated_first_alliance": len(waits),
        "stated_to_be_without": without,
        "stated_to_be_complete": len(told_all),
        "median_of_those": ordered[len(ordered) // 2] if ordered else None,
        "curve": curve,
        "caption": "the upper end falls only with firms stated to be without, or whose alliances are stated to be "
        "complete; firms with and without alliances are not compared in survival, since one must survive to ally",
    }


def exits(found: CriterionAssessment, answers: Answers) -> dict[str, Any]:
    """Cumulative incidence of exits after 2016 (Aalen–Johansen), acquisition and insolvency as competing risks.

    Given twice: once as if every silent firm were independent to the end of the layer (censored there), once for
    firms with a stated exit alone. The truth lies between; neither end is an estimate.
    """
    cut_off = answers.definitions.cut_off
    facts = answers.facts("measure-integration")
    last = max((fact.year for rows in facts.values() for fact in rows if fact.year), default=cut_off)
    if last <= cut_off:
        return {"result": "untested", "why": "the view holds nothing after 2016"}
    times, causes = [], []
    for item in found.members:
        if not item.certain:
            continue
        ends = sorted(
            (fact.year, _END[fact.code("kind")])
            for fact in facts.get(item.member.iri, [])
            if fact.year and fact.year > cut_off and fact.code("kind") in _END
        )
        times.append(ends[0][0] - cut_off if ends else last - cut_off)
        causes.append(ends[0][1] if ends else 0)
    stated = [(time, cause) for time, cause in zip(times, causes, strict=True) if cause]
    return {
        "result": "range",
        "last_year": last,
        "N": len(times),
        "acquired_or_merged": causes.count(1),
        "insolvent": causes.count(2),
        "silent_firms_independent": _incidence(times, causes),
        "stated_exits_only": _incidence([time for time, _ in stated], [cause for _, cause in stated]),
        "estimator": "Aalen–Johansen cumulative incidence (statsmodels CumIncidenceRight)",
        "caption": "a firm with two kinds of end counts by the first; survivors are censored at the layer’s last year",
    }


def _incidence(times: list[int], causes: list[int]) -> dict[str, list[dict[str, float]]]:
    """Cumulative incidence by cause, at each year with an event."""
    if not any(causes):
        return {"acquired_or_merged": [], "insolvent": []}
    import numpy as np
    from statsmodels.duration.survfunc import CumIncidenceRight

    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = CumIncidenceRight(np.array(times, dtype=float), np.array(causes))
    told: dict[str, list[dict[str, float]]] = {}
    for number, name in enumerate(("acquired_or_merged", "insolvent")):
        curve = fitted.cinc[number] if number < len(fitted.cinc) else np.zeros_like(fitted.times)
        told[name] = [
            {"years": float(time), "share": float(share)} for time, share in zip(fitted.times, curve, strict=True)
        ]
    return told


def _of(view: ViewAssessment, criterion: str) -> CriterionAssessment | None:
    found = (item for part in view.sub_claims for item in part.criteria if item.criterion.id == criterion)
    return next(found, None)


def _regional(view: ViewAssessment, *criteria: str) -> list[dict[str, Any]]:
    chosen = [item for name in criteria if (item := _of(view, name)) is not None]
    return [by_region(item, view.answers.definitions.comparable_coverage) for item in chosen]


def _h1(view: ViewAssessment) -> dict[str, Any]:
    return {
        "founding_rates": founding_rates(view.answers),
        "regions": _regional(view, "h1b-order", "h1b-public-money"),
    }


def _h2(view: ViewAssessment) -> dict[str, Any]:
    found = _of(view, "h2a-alliances")
    told: dict[str, Any] = {"regions": _regional(view, "h2a-alliances", "h2b-large-pharma")}
    return told | {"first_alliance": time_to_first_alliance(found, view.answers)} if found else told


def _h3(view: ViewAssessment) -> dict[str, Any]:
    found = _of(view, "h3b-to-date")
    told: dict[str, Any] = {"regions": _regional(view, "h3a-by-2016", "h3b-to-date")}
    return told | {"exits": exits(found, view.answers)} if found else told


def _h4(view: ViewAssessment) -> dict[str, Any]:
    found = _of(view, "h4a-directions")
    counts = {item.member.label: len({fact.iri for fact in item.facts}) for item in (found.members if found else ())}
    total = sum(counts.values())
    shares = {name: interval(number, total) for name, number in counts.items()} if total else {}
    return {"directions": shares, "regions": _regional(view, "h4a-open-innovation")}


_BY_HYPOTHESIS: dict[str, Callable[[ViewAssessment], dict[str, Any]]] = {"h1": _h1, "h2": _h2, "h3": _h3, "h4": _h4}


def statistics(assessment: HypothesisAssessment) -> list[dict[str, Any]]:
    """The statistics of a hypothesis in each assessed view, as plain values."""
    told = []
    for view in assessment.views:
        counted = {
            item.criterion.id: intervals(item.tally)
            for part in view.sub_claims
            for item in part.criteria
            if item.criterion.quantifier == "most" and item.tally.yes + item.tally.no
        }
        extra = _BY_HYPOTHESIS[assessment.id](view) if assessment.id in _BY_HYPOTHESIS else {}
        compared = comparisons(view, view.answers.definitions.comparable_coverage)
        told.append({"view": view.view, "intervals": counted, "comparisons": compared, **extra})
    return told
