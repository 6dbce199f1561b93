"""The documentation: its links lead somewhere, and its pictures are those that `make screenshots` takes."""

import re
from pathlib import Path

import pytest

from tests.screenshots.shots import SHOTS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """Of the headings, as they are made on GitHub."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    broken = []
    for link in LINK.findall(page.read_text()):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_the_documentation_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One thing\n[a](gone.md) [b](#one-thing) [c](#another) [d](https://example.org/)\n")
    assert broken_links(page) == ["gone.md", "#another"]


def test_every_picture_is_taken_by_the_command_and_shown_in_the_documentation() -> None:
    shown = {Path(link).name for page in PAGES for link in LINK.findall(page.read_text()) if link.endswith(".png")}
    there = {file.name for file in (ROOT / "docs" / "images").iterdir()}
    assert shown == there == {shot.file for shot in SHOTS}


def test_pictures_stay_small() -> None:
    assert sum(file.stat().st_size for file in (ROOT / "docs" / "images").iterdir()) < 2_500_000
