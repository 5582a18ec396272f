"""A server under load on this machine, and only on this one."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from biokg.cli.stress import _targets
from biokg.errors import UsageError
from biokg.scale.attack import attack, attack_table, hostile_queries
from biokg.scale.loading import load_files
from biokg.scale.peers import own_server
from biokg.scale.rates import Rate, rates_table
from biokg.settings import Settings


def test_light_queries_are_answered_while_hostile_ones_hold_every_worker(tmp_path: Path) -> None:
    file = tmp_path / "data.nq"
    file.write_text("".join(f"<http://e/s{i}> <http://e/p> <http://e/s{i % 97}> .\n" for i in range(3000)))
    load_files(tmp_path / "store", [file])
    with own_server(tmp_path / "store") as server:
        seen = attack(f"{server.address}?timeout=2", hostile=4, light=2, seconds=3)
    assert set(seen.light) <= {200, 503}, attack_table(seen)
    assert len(seen.light[200]) > 5, attack_table(seen)
    assert set(seen.hostile) & {503, 504, 507}, attack_table(seen)
    assert len(hostile_queries()) == 6


def test_nobody_elses_server_is_put_under_load() -> None:
    asked = argparse.Namespace(url=["them=http://192.0.2.1/sparql"])
    with pytest.raises(UsageError, match="not on this machine"), _targets(asked, Settings()):
        pass


def test_the_table_sets_medians_beside_the_first_target() -> None:
    rates = {
        "native": [Rate(100.0, 0.01, 0.02, 0.001, 0, 0)],
        "ours": [Rate(x, 0.01, 0.02, None, 1, 0) for x in (40, 60)],
    }
    assert "| ad-hoc | ours | 50 | 0.50 | 10.0 | 20.0 | – | 2 | 0 |" in rates_table(
        {"ad-hoc": rates}, ["native", "ours"]
    )
