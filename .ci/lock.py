"""Resolve the dependencies of ``pyproject.toml`` into the two lock files, with hashes, for every Python allowed.

The locks name no registry: they hold versions and hashes only, so any mirror that serves the same files will do.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMON = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--quiet",
)


def compile_lock(target: str, *options: str) -> None:
    """Write *target* from ``pyproject.toml``; versions already in it are kept where they still fit."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *COMMON, *options, "-o", target]
    subprocess.run(command + sys.argv[1:], check=True, cwd=ROOT)


if __name__ == "__main__":
    compile_lock("requirements.lock", "--group=build")
    compile_lock("requirements-dev.lock", "--group=build", "--group=dev", "--constraint=requirements.lock")
