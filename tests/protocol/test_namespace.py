"""The same requests where there is no network at all: they are answered alike, and the decoys see nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ISOLATED = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="network namespaces are Linux's")
def test_nothing_is_missed_without_a_network() -> None:
    named = f"{HERE / 'test_no_outside.py'}::test_no_text_reaches_outside"
    command = [*ISOLATED, sys.executable, str(HERE / "namespace.py"), named]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=HERE.parent.parent
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-1000:]
    assert "1 passed" in ended.stdout
