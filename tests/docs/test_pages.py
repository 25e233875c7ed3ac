"""Pages of docs/: made ones are current, links lead somewhere, commands and variables exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from bank.embedded import __main__ as embedded
from bank.environment import VARIABLES
from bank.reference import MADE, pages

BASE = Path(settings.BASE_DIR)
DOCS = BASE / "docs"
# Variables of others that our pages may name.
FOREIGN = {"FORWARDED_ALLOW_IPS"}


def _written() -> list[Path]:
    return sorted([*DOCS.rglob("*.md"), BASE / "README.md", BASE / "CHANGELOG.md"])


def _name(page: Path) -> str:
    return str(page.relative_to(BASE))


def _links(page: Path) -> Iterator[tuple[Path, str]]:
    """The files that a page links to, with the part behind #."""
    text = re.sub(
        r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield ((page.parent / path).resolve() if path else page), anchor


def _anchors(page: Path) -> set[str]:
    """How headings of a page are named in links: as repositories on the web show them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_made_pages_are_current() -> None:
    made = pages()
    found = {
        str(page.relative_to(DOCS)): page.read_text(encoding="utf-8")
        for page in DOCS.rglob("*.md")
        if page.read_text(encoding="utf-8").startswith(MADE)
    }

    stale = [path for path in made.keys() | found.keys() if made.get(path) != found.get(path)]
    assert stale == [], "run manage.py reference"


@pytest.mark.parametrize("page", _written(), ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in _links(page):
        assert target.exists(), f"{_name(page)} links to {target}"
        assert not anchor or anchor in _anchors(target), f"{_name(target)} has no #{anchor}"


def test_every_page_is_reached_from_the_first() -> None:
    seen: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md" and page.exists():
            seen.add(page)
            waiting.extend(target for target, _ in _links(page))

    assert set(DOCS.rglob("*.md")) <= seen


def test_the_readme_leads_to_the_docs() -> None:
    assert DOCS / "index.md" in {target for target, _ in _links(BASE / "README.md")}


@pytest.mark.parametrize("page", _written(), ids=_name)
def test_commands_of_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    makefile = (BASE / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split())

    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= {"help", *get_commands()}
    assert set(re.findall(r"(?:^ {4}|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    assert set(re.findall(r"bank\.embedded ([a-z-]+)", text)) <= set(embedded.COMMANDS)


def test_every_variable_of_the_code_and_of_the_docs_is_declared() -> None:
    named = re.compile(r"\b(?:SKARB_[A-Z_]+[A-Z]|DATABASE_(?:OWNER_)?URL|REDIS_URL)\b")
    sources = [*(BASE / "bank").rglob("*.py"), *(BASE / "apps").rglob("*.py"), *_written()]
    found = {
        name.removesuffix("_FILE")
        for source in sources
        for name in named.findall(source.read_text(encoding="utf-8"))
    }

    assert found <= set(VARIABLES) | FOREIGN
    assert set(VARIABLES) <= found
