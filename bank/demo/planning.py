"""The demo's budget, and the costs of IT beside it: each on a cost centre of its own."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

CURRENCY = "UAH"
# A cost centre of IT: its GL account, and what is planned a month in whole hryvnias, for
# development, hardware, licences, support and staff.
IT: Mapping[str, tuple[str, int]] = {
    "IT.DEV": ("7399", 420_000),
    "IT.HW": ("7423", 150_000),
    "IT.LIC": ("7420", 230_000),
    "IT.SUP": ("7420", 120_000),
    "IT.STAFF": ("7409", 310_000),
}
# What else is planned a month at the head office, in whole hryvnias.
_OTHER = {"7431": 95_000, "7432": 110_000}
# Interest that each branch pays on savings, and fees that it earns.
_INTEREST, _FEES = 240_000, 60_000
_WEEKS_A_MONTH = 4
_MONTHS = 12


def accounts(branch: int) -> list[dict[str, Any]]:
    """Commands that open the centres' accounts at a branch."""
    return [
        {"branch": branch, "gl_code": gl_code, "currency": CURRENCY, "part": centre}
        for centre, (gl_code, _) in IT.items()
    ]


def rows(places: Sequence[str]) -> list[dict[str, Any]]:
    """A year's budget of branches by their codes, of which the first is the head office."""
    found = [_row(gl, places[0], amount, centre) for centre, (gl, amount) in IT.items()]
    found += [_row(gl, places[0], amount) for gl, amount in _OTHER.items()]
    for place in places:
        found += [_row("7040", place, _INTEREST, "SAVINGS"), _row("6510", place, _FEES)]
    return found


def _row(gl_code: str, branch: str, amount: int, centre: str = "") -> dict[str, Any]:
    return {
        "gl_code": gl_code,
        "branch": branch,
        "centre": centre,
        "amounts": [f"{amount}.00"] * _MONTHS,
    }


def week(branch: int, *, payable: str, chance: random.Random) -> dict[str, Any]:
    """An entry by hand of a week's costs of IT: some below the plan, some above."""
    costs = {
        centre: round(planned * 100 / _WEEKS_A_MONTH * chance.uniform(0.75, 1.2))
        for centre, (_, planned) in IT.items()
    }
    legs = [
        {
            "account": f"{IT[centre][0]}-{branch}-{CURRENCY}-{centre}",
            "side": "debit",
            "amount": _uah(minor),
        }
        for centre, minor in costs.items()
    ]
    owed = {"account": payable, "side": "credit", "amount": _uah(sum(costs.values()))}
    return {"branch": branch, "legs": [*legs, owed], "narrative": "Послуги та обладнання IT"}


def _uah(minor: int) -> dict[str, str]:
    return {"amount": f"{minor // 100}.{minor % 100:02d}", "currency": CURRENCY}
