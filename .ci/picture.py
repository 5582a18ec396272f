"""The picture of the README: serve the graph, let headless Chromium look at the start page, keep 128 colours."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "start.png"
CHROMIUM = (
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--no-first-run", "--hide-scrollbars", "--window-size=1280,860"),
)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_ready(url: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Return when the service answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    sys.exit("the service did not start")


def main() -> None:
    """Write the picture."""
    from PIL import Image

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    service = subprocess.Popen([sys.executable, "-m", "biokg.cli.main", "serve", "--port", str(port)])
    try:
        await_ready(url, service)
        with tempfile.TemporaryDirectory() as folder:
            shot = Path(folder) / "start.png"
            flags = (f"--user-data-dir={folder}/profile", f"--screenshot={shot}", f"{url}/")
            subprocess.run([*CHROMIUM, *flags], check=True, capture_output=True, timeout=120)
            Image.open(shot).convert("RGB").quantize(128).save(PICTURE, optimize=True)
    finally:
        service.terminate()
        service.wait(timeout=20)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
