"""Every list and page asks the database as often for many rows as for a few, and seldom."""

from typing import Any

from tests.architecture import addresses, people, small_bank
from tests.architecture.small_bank import SmallBank
from tests.evidence import statements
from tests.rewinding import rewound

# Statements of a page with those that every request asks: the session, the person, the second
# factor, the date, the rights.
BOUND = 20
# Pages that ask more, and why.
BOUNDS = {
    "eod:console": (30, "a whole desk: the dates, the close, its exceptions, the history"),
    "reporting:dashboard": (60, "a report for each of its tiles, and for each month of a chart"),
    "eod:day": (30, "a close with its steps, exceptions, proofs and neighbours"),
}


def test_a_page_asks_as_often_for_many_rows_as_for_a_few(small: SmallBank) -> None:
    knock = people.browser(small.almighty)
    # What is read once for the life of a process is read now.
    _asked(knock, small)
    few = _asked(knock, small)
    with rewound():
        small_bank.grow(small, small_bank.TELLERS)
        many = _asked(knock, small)
    differ = {name: (few[name], many[name]) for name in few if few[name] != many[name]}
    assert differ == {}, "statements with a few rows, and with many"
    often = {
        name: asked for name, asked in many.items() if asked > BOUNDS.get(name, (BOUND, ""))[0]
    }
    assert often == {}, "more statements than a page may ask"


def _asked(knock: Any, small: SmallBank) -> dict[str, int]:
    """How many statements each page asks that can be looked at."""
    found = {}
    for page in addresses.screens():
        if "GET" not in addresses.methods(page) or page.name in addresses.OPEN:
            continue
        if page.name in small_bank.WITHOUT_ROWS:
            continue
        with statements() as seen:
            answer = knock("GET", small.place(page))
        assert answer.status_code in {200, 302, 404}, page.name
        if answer.status_code == 200:
            # That somebody is still there is noted every half a minute, whatever the page.
            found[page.name] = sum('UPDATE "access_staffsession"' not in one for one in seen)
    return found
