"""Reports over the API: read by branch and right, as known at a moment, kept and made again."""

import datetime as dt

from tests.api.machine import Machine, machine
from tests.conftest import OwnDatabase
from tests.factories import Bank, internal_account, move
from tests.reporting.books import live

PERIOD = {"start": "2026-01-05", "end": "2026-01-08"}


def figures(program: Machine, report: str, **query: object) -> dict[str, dict[str, object]]:
    """The amounts, or else counts, of a report by row and column."""
    answer = program.get(f"reports/{report}", **query)
    assert answer.status == 200, answer.body
    return {
        row["code"]: {
            one["column"]: one["amount"]["amount"] if one["amount"] else one["count"]
            for one in row["figures"]
        }
        for row in answer.body["rows"]
    }


def test_reports_are_read_with_their_checks(bank: Bank) -> None:
    program = machine(bank, "accountant")
    live(bank)
    listed = program.get("reports").body["items"]
    assert [one["code"] for one in listed] == sorted(one["code"] for one in listed)
    assert "balance_sheet" in [one["code"] for one in listed]

    told = program.get("reports/balance_sheet", end="2026-01-08").body
    assert (told["end"], told["compare"], told["currency"]) == ("2026-01-08", "2025-12-31", "UAH")
    assert [one["holds"] for one in told["checks"]] == [True]
    assert figures(program, "balance_sheet")["assets"]["closing"] == "1645920.00"
    assert figures(program, "profit_and_loss", **PERIOD)["fee_income"]["this"] == "600.06"
    assert figures(program, "deposits")["product"]["accounts"] == 3
    assert figures(program, "currency_position")["currency.USD"]["open"] == "700.00"


def test_what_cannot_be_reported_is_said(bank: Bank) -> None:
    program = machine(bank, "accountant")
    assert program.get("reports/horoscope").status == 404
    for query in ({"end": "2030-01-01"}, {"currency": "XAU"}, {"branch": "x"}, {"known_at": "x"}):
        assert program.get("reports/interest", **query).status == 400, query
    assert program.get("reports/interest", branch=999).status == 404
    assert machine(bank, "teller").get("reports/interest").status == 403
    refused = program.post("kept-reports", {"report": "horoscope"})
    assert (refused.status, refused.code) == (404, "reporting.unknown_report")


def test_a_kept_report_is_made_again_after_a_correction(
    own_database: OwnDatabase, bank: Bank
) -> None:
    program = machine(bank, "accountant")
    live(bank)
    kept = program.post("kept-reports", {"report": "profit_and_loss", **PERIOD}).result
    till, fee = internal_account(bank), internal_account(bank, "6510")
    move(bank, source=till, target=fee, minor=9_99)

    number = kept["kept"]
    again = program.get(f"kept-reports/{number}/repetition").body
    assert again == {"digest": kept["digest"], "repeated": kept["digest"], "same": True}
    told = program.get(f"kept-reports/{number}").body
    fee_income = next(row for row in told["told"]["rows"] if row["code"] == "fee_income")
    assert fee_income["figures"][0]["amount"] == {"amount": "600.06", "currency": "UAH"}
    at = told["kept"]["kept_at"]
    assert dt.datetime.fromisoformat(at).tzinfo is not None
    then = figures(program, "profit_and_loss", known_at=at, **PERIOD)
    assert then["fee_income"]["this"] == "600.06"
    now = figures(program, "profit_and_loss", **PERIOD)
    assert now["fee_income"]["this"] == "610.05"

    (line,) = program.get("kept-reports", report="profit_and_loss").body["items"]
    assert (line["id"], line["digest"]) == (number, kept["digest"])
    assert program.get("kept-reports", report="interest").body["items"] == []
    assert program.get("kept-reports/999999").status == 404
