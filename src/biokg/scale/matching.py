"""How fast, how right and how cautious matching is against a made-up registry of any size."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biokg.scale.registry import COUNTRY_NAMES, ror_records, write_ror_dump

FORMS = {"BE": "NV", "NL": "B.V.", "DE": "GmbH", "FR": "SA", "GB": "Ltd", "US": "Inc.", "DK": "A/S", "SE": "AB"}


@dataclass(frozen=True)
class MatchingCost:
    """What matching *names* against *records* took. Seconds are of this process's CPU, memory in MB at its peak."""

    records: int
    names: int
    megabytes: float
    reading: float
    indexing: float
    matching: float
    peak: float
    right: int
    wrong: int
    absent: int
    false: int

    @property
    def seconds(self) -> float:
        """CPU seconds in all."""
        return self.reading + self.indexing + self.matching


def messy(record: dict[str, Any], draw: random.Random) -> str:
    """The name of *record* as a table may have it: other case, a legal form, the country, a slip, words swapped."""
    name = str(record["names"][0]["value"])
    country = record["locations"][0]["geonames_details"]["country_code"]
    body = name.partition(" (")[0]
    kinds: list[Callable[[], str]] = [
        name.upper, name.lower, lambda: f"The {body}, {COUNTRY_NAMES[country]}", lambda: _slip(body, draw),
        lambda: body.replace("University of ", "Univ. ").replace("Institute of", "Inst."),
        lambda: f"{body} {FORMS.get(country, '')}".strip() if record["types"] == ["company"] else body,
    ]  # fmt: skip
    return draw.choice(kinds)()


def _slip(text: str, draw: random.Random) -> str:
    longest = max(text.split(), key=len)
    place = draw.randrange(2, max(3, len(longest) - 2))
    return text.replace(longest, longest[:place] + longest[place + 1 :] if len(longest) > 7 else longest)


def measure(records: int = 120_000, names: int = 5_000, *, seed: int = 1) -> MatchingCost:
    """Match *names* messy names, one in ten of which the registry lacks, against *records* generated ROR records."""
    from biokg.linking.matching import Matcher
    from biokg.linking.registry import read_registry
    from biokg.scale.measuring import peak_memory

    asked, absent = _names(records, names, seed)
    with tempfile.TemporaryDirectory(prefix="biokg-matching-") as folder:
        path = Path(folder) / "ror.json"
        with path.open("w", encoding="utf-8") as stream:
            write_ror_dump(stream, records, seed)
        megabytes = path.stat().st_size / 1e6
        begun = time.process_time()
        entities = read_registry(path)
        read = time.process_time()
    matcher = Matcher(entities)
    indexed = time.process_time()
    found = [matcher.match(name) for name, _ in asked] + [matcher.match(name) for name in absent]
    done = time.process_time()
    answers = [match.replaced or match.entity for match in found]
    pairs = list(zip(asked, answers, strict=False))
    return MatchingCost(
        records, len(found), megabytes, read - begun, indexed - read, done - indexed, peak_memory() or 0.0,
        right=sum(entity is not None and entity.id == expected for (_, expected), entity in pairs),
        wrong=sum(entity is not None and entity.id != expected for (_, expected), entity in pairs),
        absent=len(absent), false=sum(entity is not None for entity in answers[len(asked) :]),
    )  # fmt: skip


def _names(records: int, names: int, seed: int) -> tuple[list[tuple[str, str]], list[str]]:
    draw = random.Random(seed + 1)  # noqa: S311  (made-up names, no secret)
    absent = names // 10
    every = max(1, records // (names - absent))
    asked = [
        (messy(record, draw), str(record["id"]))
        for number, record in enumerate(ror_records(records, seed))
        if number % every == 0
    ][: names - absent]
    others = [f"{record['names'][0]['value']} {draw.choice(('Zoo', 'Press', 'Museum'))}"
              for record in ror_records(absent, seed + 7)]  # fmt: skip
    return asked, others


def report(cost: MatchingCost) -> str:
    """The figures as a page's text."""
    asked = cost.names - cost.absent
    return "\n".join(
        (
            f"{cost.names:,} names against {cost.records:,} generated ROR records ({cost.megabytes:.0f} MB).",
            "",
            "| step | CPU s |",
            "| --- | --- |",
            f"| read the dump | {cost.reading:.1f} |",
            f"| index the names | {cost.indexing:.1f} |",
            f"| match | {cost.matching:.1f} |",
            f"| all | {cost.seconds:.1f} |",
            "",
            f"Peak memory {cost.peak:.0f} MB. Of {asked:,} names of records {cost.right:,} led to the record, "
            f"{cost.wrong:,} to another, the rest to review or nothing; of {cost.absent:,} names that it lacks "
            f"{cost.false:,} were answered.",
        )
    )
