"""Takes the pictures of the page that the documentation shows: the demo's run, light and dark, in Chromium.

    python tools/screenshots.py      writes docs/figures/report-light.png and report-dark.png
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
WIDTH, HEIGHT = 1100, 1000
COLOURS = 96  # a page has few: a palette makes the files a quarter of the size


def main() -> None:
    """Run the demo, write its page, and photograph it."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium: apt-get install chromium, or put its path into CHROMIUM")
    gainstage = [sys.executable, "-m", "gainstage"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        shutil.copy(DEMO, folder)
        for command in (["run", "digits.py"], ["report", "digits.gs", "--html", "digits.html"]):
            subprocess.run([*gainstage, *command], cwd=folder, check=False, capture_output=True)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            photograph(browser, Path(folder) / "digits.html", scheme, FIGURES / f"report-{scheme}.png")
        browser.close()


def photograph(browser: Browser, page: Path, scheme: str, file: Path) -> None:
    """The top of ``page``, down to its first chart, in a colour scheme, as a PNG with a palette."""
    opened = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)  # type: ignore[arg-type]
    opened.goto(page.as_uri())
    chart = opened.locator(".picture").first.bounding_box()
    assert chart is not None
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": chart["y"] + chart["height"] + 8}
    picture = Image.open(BytesIO(opened.screenshot(clip=clip, full_page=True)))  # type: ignore[arg-type]
    picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)
    print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
