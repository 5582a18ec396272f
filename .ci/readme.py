"""The examples of the README: ask each again and, with ``--write``, put the answers into the file.

An example is a fenced ``sh`` block with one ``biokg`` command (``| head -n N`` may follow) and the ``csv`` block
after it. The table of verdicts between its two marks is computed from the graph.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
EXAMPLE = re.compile(r"```sh\n(?P<command>biokg [^\n]+)\n```\n```csv\n(?P<answer>.*?)```\n", re.DOTALL)
VERDICTS = re.compile(r"(<!-- verdicts -->\n)(.*?)(<!-- /verdicts -->)", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One command and the answer that stands below it."""

    command: str
    answer: str


def examples(text: str) -> Iterator[Example]:
    """The examples of a README in order."""
    for match in EXAMPLE.finditer(text):
        yield Example(match["command"], match["answer"])


def ask(command: str) -> str:
    """What *command* prints, line ends as ``\\n``; raises ``RuntimeError`` when it fails."""
    from biokg.cli.main import main

    command, _, tail = command.partition(" | head -n ")
    buffer = io.BytesIO()
    with io.TextIOWrapper(buffer, encoding="utf-8", write_through=True) as out, contextlib.redirect_stdout(out):
        code = main(shlex.split(command)[1:])
        answer = buffer.getvalue().decode()
    if code:
        raise RuntimeError(f"{command} ended with {code}")
    lines = answer.replace("\r\n", "\n").splitlines(keepends=True)
    return "".join(lines[: int(tail)] if tail else lines)


def verdicts() -> str:
    """The verdict on each hypothesis in each view, as a table."""
    import json

    found = json.loads(ask("biokg hypotheses --json"))["hypotheses"]
    views = [view["view"] for view in found[0]["views"]]
    lines = [
        "| hypothesis | author | " + " | ".join(views) + " |",
        "| --- " * (len(views) + 2) + "|",
    ]
    for item in found:
        wording = item["wording"].rstrip(".")
        cells = [view["verdict_label"] for view in item["views"]]
        lines.append(f"| **{item['label']}** {wording} | {item['author']['verdict']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def written(text: str) -> str:
    """*text* with every answer as it is now."""
    for example in list(examples(text)):
        old = f"```sh\n{example.command}\n```\n```csv\n{example.answer}```\n"
        text = text.replace(old, f"```sh\n{example.command}\n```\n```csv\n{ask(example.command)}```\n")
    return VERDICTS.sub(lambda match: match[1] + verdicts() + match[3], text)


if __name__ == "__main__":
    before = README.read_text(encoding="utf-8")
    after = written(before)
    if "--write" in sys.argv:
        README.write_text(after, encoding="utf-8")
    elif after != before:
        sys.exit("README.md: an answer has changed; run `make readme`")
