"""``docs/settings.md``, made from the one table of settings; ``--write`` writes it, without it a difference fails."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from biokg.settings import SETTINGS

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
HEAD = """\
# Settings

Made from the table of settings in `src/biokg/settings.py` by `make settings`; a test fails when they differ.

A setting is given as a flag (`--max-deadline 30`), in the environment (`BIOKG_MAX_DEADLINE=30`) or in a TOML file
(`max_deadline = 30`; `biokg.toml` of the folder you are in, or `--settings FILE`). A flag wins over the environment,
the environment over the file, the file over the default. Switches are `--empty` and `--no-empty`; `1`, `true`, `yes`
and `0`, `false`, `no` elsewhere. Lists are separated by commas or spaces (a TOML list in the file). A name that is not
known or a value out of range is refused when the program starts.

| setting | flag | environment | default | meaning |
| --- | --- | --- | --- | --- |
"""


def shown(value: Any) -> str:
    """A default as the table shows it."""
    if value is None or value == ():
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def allowed(metadata: Any) -> str:
    """Unit, range and choices in words."""
    parts = [f"in {metadata['unit']}"] if "unit" in metadata else []
    if "choices" in metadata:
        parts.append("one of " + ", ".join(f"`{choice}`" for choice in metadata["choices"]))
    if "maximum" in metadata:
        parts.append(f"{metadata['minimum']} to {metadata['maximum']}")
    elif metadata.get("minimum"):
        parts.append(f"{metadata['minimum']} at least")
    return f" ({'; '.join(parts)})" if parts else ""


def document() -> str:
    """The whole page."""
    rows = [
        f"| `{setting.name}` | `--{setting.name.replace('_', '-')}` | `BIOKG_{setting.name.upper()}` "
        f"| {shown(setting.default)} | {setting.metadata['help']}{allowed(setting.metadata)} |"
        for setting in SETTINGS
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        DOCUMENT.write_text(document(), encoding="utf-8")
    elif DOCUMENT.read_text(encoding="utf-8") != document():
        sys.exit("docs/settings.md differs from the table of settings; run `make settings`")
