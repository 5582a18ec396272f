"""Old versions leave the state folder; the current one, and one that is read or written on, never do."""

from __future__ import annotations

import os

import pytest

from biokg.knowledge.versions import DATASET, held, prune, versions


@pytest.fixture
def state(tmp_path):
    """Seven versions, ``0…`` the oldest."""
    for number in range(7):
        place = tmp_path / "versions" / (str(number) * 64)
        place.mkdir(parents=True)
        (place / DATASET).write_text("", encoding="utf-8")
        os.utime(place, (number, number))
    return tmp_path


def test_the_newest_are_kept(state):
    assert prune(state, "6" * 64, 5) == ["1" * 64, "0" * 64]
    assert versions(state) == [digit * 64 for digit in "65432"]
    assert prune(state, "6" * 64, 5) == []


def test_the_current_one_is_kept_however_old(state):
    assert prune(state, "0" * 64, 2) == [digit * 64 for digit in "4321"]
    assert "0" * 64 in versions(state)


def test_one_that_a_reader_holds_stays_until_it_lets_go(state):
    with held(state / "versions" / ("1" * 64) / DATASET):
        assert prune(state, "6" * 64, 5) == ["0" * 64]
    assert prune(state, "6" * 64, 5) == ["1" * 64]


def test_one_that_writes_rest_on_stays(state):
    (state / "writes" / ("0" * 16)).mkdir(parents=True)
    assert prune(state, "6" * 64, 5) == ["1" * 64]
