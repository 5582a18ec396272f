"""Make the project's environment in ``.venv`` from a lock file; do nothing when it is already as the lock says.

    python3 .ci/environment.py run    # what `biokg serve` needs  (requirements.lock)
    python3 .ci/environment.py dev    # and what the tests need    (requirements-dev.lock)

Needs only Python 3.11 or later with pip. Where the standard ``venv`` cannot give the environment a pip of its
own (Debian without python3-venv), the pip that runs outside installs into it; where ``venv`` itself is missing,
virtualenv is fetched into a temporary folder and used instead.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
BUILD_INPUTS = ("hatch_build.py", "package.json", "package-lock.json")
OLDEST = (3, 11)


def say(line: str) -> None:
    """One line of progress on stderr."""
    print(f"environment: {line}", file=sys.stderr, flush=True)


def quiet(*command: str) -> bool:
    """Whether *command* succeeds; its output is dropped."""
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def works(python: Path) -> bool:
    """Whether *python* is there, runs and is of the version that runs this script."""
    code = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    return python.exists() and quiet(str(python), "-c", code)


def create(folder: Path) -> None:
    """An empty environment in *folder*, by the first of three ways that works."""
    shutil.rmtree(folder, ignore_errors=True)
    if quiet(sys.executable, "-m", "venv", str(folder)):
        return
    shutil.rmtree(folder, ignore_errors=True)
    if quiet(sys.executable, "-m", "venv", "--without-pip", str(folder)):
        say("this Python has no ensurepip (Debian: package python3-venv); using the pip outside")
        return
    shutil.rmtree(folder, ignore_errors=True)
    say("this Python has no venv; using virtualenv")
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", temporary, "virtualenv"], check=True)
        environment = os.environ | {"PYTHONPATH": temporary}
        subprocess.run(
            [sys.executable, "-m", "virtualenv", "-q", "--no-download", str(folder)], check=True, env=environment
        )


def pip(folder: Path) -> list[str]:
    """The command that installs into *folder*: its own pip, or the outer one told where to install."""
    python = folder / "bin" / "python"
    if quiet(str(python), "-m", "pip", "--version"):
        return [str(python), "-m", "pip"]
    if quiet(sys.executable, "-m", "pip", "--python", str(python), "--version"):
        return [sys.executable, "-m", "pip", "--python", str(python)]
    sys.exit(
        f"environment: {sys.executable} has no pip 22.3 or later.\n"
        "  Fix: install python3-pip (Debian) or run `python3 -m ensurepip`."
    )


def digest(kind: str) -> str:
    """What the environment was made from: the lock, the project's metadata, this Python and this script."""
    value = hashlib.sha256(f"{sys.version_info[:3]} {ROOT}".encode())
    for name in (LOCKS[kind], "pyproject.toml", ".ci/environment.py", *BUILD_INPUTS):
        path = ROOT / name
        value.update(path.read_bytes() if path.exists() else b"")
    return value.hexdigest()


def install(kind: str, folder: Path) -> None:
    """Install the lock of *kind*, every file checked against its hash, then the project itself, editable."""
    command = [*pip(folder), "install", "-q", "--disable-pip-version-check"]
    say(f"installing {LOCKS[kind]} into {folder.relative_to(ROOT)} (a minute or two, once)")
    subprocess.run([*command, "--require-hashes", "-r", str(ROOT / LOCKS[kind])], check=True)
    subprocess.run([*command, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True, cwd=ROOT)


def front_end(folder: Path) -> int:
    """Bundle the front end anew where its sources changed; the install has done it the first time."""
    made = quiet(str(folder / "bin" / "python"), str(ROOT / "hatch_build.py"))
    if not made and os.environ.get("BIOKG_BUNDLE") == "required":
        say("the front end could not be bundled; see `.venv/bin/python hatch_build.py`")
        return 1
    return 0


def main(arguments: list[str]) -> int:
    """Make or refresh the environment; 0 when it stands."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print(__doc__, file=sys.stderr)
        return 2
    if sys.version_info[:2] < OLDEST:
        version = ".".join(map(str, OLDEST))
        say(f"Python {version} or later is needed, this is {sys.version.split()[0]} ({sys.executable}).")
        say(f"Fix: install it and say which: make PYTHON=python{version} ...")
        return 1
    kind = arguments[0]
    folder = ROOT / ".venv"
    stamps = {name: folder / f"{name}.stamp" for name in LOCKS}
    wanted = digest(kind)
    enough = ("dev",) if kind == "dev" else ("run", "dev")
    if any(stamps[name].is_file() and stamps[name].read_text() == digest(name) for name in enough):
        return front_end(folder)
    if not works(folder / "bin" / "python"):
        create(folder)
    for stamp in stamps.values():
        stamp.unlink(missing_ok=True)
    try:
        install(kind, folder)
    except subprocess.CalledProcessError as error:
        say(f"failed: {' '.join(map(str, error.cmd[:6]))} … ended with {error.returncode}; see above")
        return 1
    stamps[kind].write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
