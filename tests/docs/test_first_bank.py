"""The Python of docs/start/first-bank.md, line by line, in an empty bank."""

import re
from pathlib import Path

from django.conf import settings

from tests.conftest import OwnDatabase

PAGE = Path(settings.BASE_DIR) / "docs" / "start" / "first-bank.md"


def test_the_first_bank_of_the_docs_works(empty_database: OwnDatabase) -> None:
    page = PAGE.read_text(encoding="utf-8")
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    assert len(blocks) == 8

    scope: dict[str, object] = {"__name__": "first_bank"}
    for block in blocks:
        # As many empty lines before it as the page has, so that an error names the page's line.
        code = "\n" * page[: block.start(1)].count("\n") + block[1]
        exec(compile(code, str(PAGE), "exec"), scope)  # noqa: S102 - the page is our own
