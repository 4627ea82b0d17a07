"""Takes the pictures of the page that the documentation shows: the demo's run, light and dark, and the explorer.

    python tools/screenshots.py         writes docs/figures/report-light.png, report-dark.png and lab.png
    python tools/screenshots.py lab     only the explorer's
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "figures"
DEMO = ROOT / "src" / "gainstage" / "demo" / "digits.py"
GAINSTAGE = [sys.executable, "-m", "gainstage"]
LESSON = "?panel=chain&activation=silu&init=he&depth=40"
WIDTH, HEIGHT = 1100, 1000
COLOURS = 96  # a page has few: a palette makes the files a quarter of the size


def main() -> None:
    """Run the demo, write its page, and photograph it."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium: apt-get install chromium, or put its path into CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if "lab" not in sys.argv[1:]:
            report(browser)
        explorer(browser)
        browser.close()


def report(browser: Browser) -> None:
    """The demo's run."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(DEMO, folder)
        for command in (["run", "digits.py"], ["report", "digits.gs", "--html", "digits.html"]):
            subprocess.run([*GAINSTAGE, *command], cwd=folder, check=False, capture_output=True)
        for scheme in ("light", "dark"):
            photograph(browser, (Path(folder) / "digits.html").as_uri(), scheme, FIGURES / f"report-{scheme}.png")


def explorer(browser: Browser) -> None:
    """The explorer's chain, when the theory has been computed."""
    server = subprocess.Popen([*GAINSTAGE, "lab", LESSON, "--no-open"], stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    with server.stderr:
        address = server.stderr.readline().split()[-1]
        photograph(browser, address, "light", FIGURES / "lab.png", "svg path.expected")
        server.terminate()
        server.wait()


def photograph(browser: Browser, address: str, scheme: str, file: Path, waits: str = ".picture") -> None:
    """The top of a page, down to its first chart, in a colour scheme, as a PNG with a palette."""
    opened = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)  # type: ignore[arg-type]
    opened.goto(address)
    opened.locator(waits).first.wait_for(state="attached")
    chart = opened.locator(".picture").first.bounding_box()
    assert chart is not None
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": chart["y"] + chart["height"] + 8}
    picture = Image.open(BytesIO(opened.screenshot(clip=clip, full_page=True)))  # type: ignore[arg-type]
    picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)
    print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
