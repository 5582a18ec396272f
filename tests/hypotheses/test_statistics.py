"""Statistics come from libraries, agree with others, and say in words what they cannot say in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import proportion_confint

from biokg.hypotheses import assess
from biokg.hypotheses.counting import State, Tally
from biokg.hypotheses.network import alliance_network
from biokg.hypotheses.statistics import _incidence, _rate, compare_groups, fisher_range, interval, intervals, statistics

if TYPE_CHECKING:
    from tests.hypotheses.conftest import World

    from biokg.hypotheses import HypothesisAssessment
    from biokg.store.base import Store


def test_intervals_are_named_rightly_and_agree_with_another_library() -> None:
    told = interval(24, 46)
    assert told is not None
    assert told["clopper_pearson"] == pytest.approx(proportion_confint(24, 46, method="beta"))
    assert told["wilson"] == pytest.approx(proportion_confint(24, 46, method="wilson"))
    assert "not" in told["caption"]
    assert interval(0, 0) is None


def test_intervals_stand_at_both_ends_of_what_is_known() -> None:
    told = intervals(Tally(10, 2, 8, possible_unknown=3))
    assert (told["at_low"]["yes"], told["at_low"]["of"]) == (10, 23)
    assert (told["at_high"]["yes"], told["at_high"]["of"]) == (21, 23)


def test_groups_known_unequally_well_are_not_compared() -> None:
    told = compare_groups({"a": Tally(10, 5, 0), "b": Tally(2, 1, 12)}, 0.2)
    assert told["result"] == "not comparable"
    assert "p" not in told
    assert told["groups"]["b"]["coverage"] == pytest.approx(0.2)


def test_no_p_value_where_the_unknowns_decide_it() -> None:
    told = compare_groups({"a": Tally(9, 2, 9), "b": Tally(2, 9, 9)}, 0.2)
    assert told["result"] == "no p-value"
    assert "p" not in told
    clear = compare_groups({"a": Tally(20, 0, 1), "b": Tally(0, 20, 1)}, 0.2)
    assert clear["result"] == "p-value range"
    assert clear["p"][1] < 0.05
    low, high = fisher_range(Tally(3, 4, 0), Tally(3, 4, 0))
    assert low == high == pytest.approx(1.0)


def test_a_comparison_without_stated_negatives_says_so_and_with_them_gives_its_p(world: World) -> None:
    def compared() -> dict[str, Any]:
        (found,) = assess(world.store, ["all"], hypotheses=["h2"], definitions=world.definitions)
        return {row["criterion"]: row for row in statistics(found)[0]["comparisons"]}["h2a-comparison"]

    before = compared()
    assert before["result"] == "not comparable"
    assert "silence is no such statement" in before["why"]
    certain = [result for result in world.criterion("h2a-comparison").members if result.certain]
    assert before["unknown_exposure"] == sum(result.exposure is State.UNKNOWN for result in certain)
    for result in certain:
        allied = result.exposure is State.YES
        if not allied:
            world.complete(result.member.iri, "Alliance")
        if result.state is State.UNKNOWN:
            world.event("ApprovalEvent" if allied else "InsolvencyEvent", result.member.iri, 2010)
    after = compared()
    assert (after["result"], after["unknown_exposure"]) == ("p-value range", 0)
    groups = after["groups"].values()
    table = [[group["Y"], group["N"] - group["Y"]] for group in groups]
    assert after["p"][0] <= fisher_exact(table).pvalue <= after["p"][1] < 0.05


def test_no_pre_period_is_said_in_words() -> None:
    foundings = {("a", 1982), ("b", 1990), ("c", 1994), ("d", 1997), ("e", 1999), ("f", 2001)}
    assert _rate(foundings, 1983, 2016)["result"] == "no pre-period is observable"
    assert _rate(set(), 1983, 2016)["result"] == "no pre-period is observable"
    assert _rate(foundings, 2010, 2016)["result"] == "no post-period is observable"
    told = _rate(foundings, 1995, 2016)
    assert (told["before"], told["after"], told["ratio"]) == (2, 3, 1.5)
    assert told["interval"][0] < 1.5 < told["interval"][1]
    assert "without comparison" in told["caption"]


def test_competing_risks_agree_with_a_count_by_hand() -> None:
    told = _incidence([1, 2, 3, 4], [1, 2, 0, 1])
    acquired = {row["years"]: row["share"] for row in told["acquired_or_merged"]}
    insolvent = {row["years"]: row["share"] for row in told["insolvent"]}
    assert acquired[1.0] == pytest.approx(1 / 4)
    assert insolvent[2.0] == pytest.approx(3 / 4 * 1 / 3)
    assert acquired[4.0] == pytest.approx(1 / 4 + 1 / 2)


def test_competing_risks_agree_with_lifelines() -> None:
    from lifelines import AalenJohansenFitter

    rng = np.random.default_rng(7)
    times = rng.permutation(np.arange(1, 31)).tolist()
    causes = rng.integers(0, 3, size=30).tolist()
    told = _incidence(times, causes)
    for cause, name in ((1, "acquired_or_merged"), (2, "insolvent")):
        other = AalenJohansenFitter(calculate_variance=False).fit(times, causes, event_of_interest=cause)
        curve = other.cumulative_density_.iloc[:, 0]
        for row in told[name]:
            assert row["share"] == pytest.approx(float(curve.loc[: row["years"]].iloc[-1]), abs=1e-9)


def test_every_hypothesis_has_its_statistics(assessed: dict[str, HypothesisAssessment]) -> None:
    told = {name: statistics(item) for name, item in assessed.items()}
    assert {row["result"] for row in told["h1"][2]["founding_rates"] if row["year"] <= 1983} == {
        "no pre-period is observable"
    }
    exits = told["h3"][2]["exits"]
    assert exits["result"] == "range"
    silent, stated = (
        exits[part]["insolvent"][-1]["share"] for part in ("silent_firms_independent", "stated_exits_only")
    )
    assert silent < stated
    assert told["h3"][0]["exits"]["result"] == "untested"
    curve = told["h2"][1]["first_alliance"]["curve"]
    assert [row["low"] for row in curve] == sorted(row["low"] for row in curve)
    assert told["h4"][2]["directions"]


def test_the_network_agrees_with_its_edges(store: Store) -> None:
    told = alliance_network(store)
    assert sum(node["degree"] for node in told["nodes"]) == 2 * len(told["edges"])
    assert sum(node["alliances"] for node in told["nodes"]) == 2 * sum(edge["alliances"] for edge in told["edges"])
    assert sum(told["components"]) == len(told["nodes"])
    assert alliance_network(store) == told
    assert len(alliance_network(store, transactions=True)["edges"]) > len(told["edges"])
