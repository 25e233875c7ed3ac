"""Reading a source in the shape of the shipped mapping: a dozen accounts that we made up."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from apps.conversion import plan
from apps.conversion.errors import SourceInvalid
from apps.conversion.mapping import MAPPINGS, load
from apps.conversion.source import read, texts_of

DATA = Path(__file__).parent / "data"
MAPPING = load(MAPPINGS / "pkdd99.toml")


def test_everything_that_the_transactions_speak_of_is_read() -> None:
    source = read(MAPPING, DATA)
    assert len(source.branches) == 3
    # Account 113 has no transactions, and its owner no other account.
    assert len(source.accounts) == 12
    assert len(source.customers) == 13
    assert len(source.movements) == 47
    assert source.customers["1"].birth_date == dt.date(1960, 3, 15)
    # A woman's birth number: the month is raised by 50.
    assert source.customers["2"].birth_date == dt.date(1965, 9, 20)
    account = source.accounts["101"]
    assert (account.owner, [customer for customer, _ in account.authorised]) == ("1", ["14"])
    assert account.product == "current-monthly"
    assert account.opened_on == dt.date(1993, 1, 1)


def test_a_row_becomes_a_movement_with_its_rule_and_texts() -> None:
    source = read(MAPPING, DATA)
    movement = next(one for one in source.movements if one.id == "5133")
    assert (movement.account, movement.date) == ("108", dt.date(1993, 1, 13))
    assert (movement.amount_minor, movement.balance_minor) == (-123_450, 376_550)
    assert movement.rule.name == "to another bank"
    assert texts_of(MAPPING, movement)["k_symbol"] == "Household payments"
    below = [one.balance_minor for one in source.movements if one.balance_minor < 0]
    assert below == [-25_000, -35_000, -35_160]


def test_fees_are_told_from_cash_although_they_call_themselves_so() -> None:
    rules = [one.rule.name for one in read(MAPPING, DATA).movements]
    assert {name: rules.count(name) for name in sorted(set(rules))} == {
        "card withdrawal": 1,
        "cash in": 18,
        "cash out": 10,
        "fee": 5,
        "from another bank": 3,
        "interest": 6,
        "penalty interest": 1,
        "to another bank": 3,
    }


def test_only_the_first_accounts() -> None:
    source = read(MAPPING, DATA, accounts=3)
    assert list(source.accounts) == ["101", "102", "103"]
    assert {movement.account for movement in source.movements} == {"101", "102", "103"}


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "reason"),
    [
        ("trans.asc", '"trans_id"', '"id"', 1, "columns are missing: trans_id"),
        ("trans.asc", "1000.00;1000.00", "1_000;1000.00", 2, "not an amount"),
        ("trans.asc", "1000.00;1000.00", "0.00;1000.00", 2, "more than zero"),
        ("trans.asc", "1000.00;1000.00", "1000.001;1000.00", 2, "decimals"),
        ("trans.asc", "5007;101;930101", "5007;101;931301", 2, "no date"),
        ("trans.asc", "5007;101;930101", "5007;101;93011", 2, "no date"),
        ("trans.asc", "5007;101;930101", "5007;101;930102", 3, "in order of date"),
        ("trans.asc", "5007;101;930101", "5007;101;921231", 2, "in order of date"),
        ("trans.asc", "5014;102", "5007;102", 3, "occurs twice"),
        ("trans.asc", "5007;101", "5007;999", 2, "no account '999'"),
        ("trans.asc", '"PRIJEM";"VKLAD"', '"VKLAD";"VKLAD"', 2, "neither credit nor debit"),
        ("trans.asc", '"PRIJEM";"VKLAD"', '"VYDAJ";"VKLAD"', 2, "is for a credit"),
        ("trans.asc", '"PRIJEM";"VKLAD"', '"PRIJEM";"DAR"', 2, "no rule of transactions fits"),
        ("trans.asc", '"";;\n5014', '"";;;\n5014', 2, "11 fields instead of 10"),
        ("account.asc", '101;1;"POPLATEK MESICNE"', '101;1;"ROCNE"', 2, "no product"),
        ("account.asc", "101;1;", "101;9;", 2, "no branch '9'"),
        ("account.asc", '102;2;"POPLATEK MESICNE";930101', '102;2;"POPLATEK MESICNE";930102', 3,
         "opened later"),
        ("account.asc", '101;1;"POPLATEK MESICNE";930101', '101;1;"POPLATEK MESICNE";921231', 2,
         "before the bank's first date"),
        ("disp.asc", '1;1;101;"OWNER"', '1;1;101;"HEIR"', 2, "not mapped"),
        ("disp.asc", '1;1;101;"OWNER"', '1;1;101;"DISPONENT"', 2, "no owner"),
        ("disp.asc", '14;14;101;"DISPONENT"', '14;14;101;"OWNER"', 15, "two owners"),
        ("disp.asc", '1;1;101;"OWNER"', '1;77;101;"OWNER"', 2, "no customer '77'"),
        ("client.asc", '"600315"', '"601315"', 2, "no date"),
        ("client.asc", '2;"655920"', '1;"655920"', 3, "occurs twice"),
    ],
)  # fmt: skip
def test_what_the_mapping_does_not_explain_is_refused_by_its_line(
    tmp_path: Path, file: str, old: str, new: str, line: int, reason: str
) -> None:
    folder = tmp_path / "source"
    shutil.copytree(DATA, folder)
    text = (folder / file).read_text(encoding="ascii")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="ascii")
    with pytest.raises(SourceInvalid) as refused:
        read(MAPPING, folder)
    # An account without an owner is told at the account.
    told_in = "account.asc" if reason == "no owner" else file
    if reason == "opened later":
        told_in = "trans.asc"
    assert refused.value.data["file"] == told_in
    assert refused.value.data["line"] == line
    assert reason in refused.value.data["reason"]


def test_letters_of_another_encoding_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    shutil.copytree(DATA, folder)
    (folder / "district.asc").write_bytes(b'A1;A2;A3\n1;"\xc8esk\xe1";"x"\n')
    with pytest.raises(SourceInvalid, match=r"district\.asc"):
        read(MAPPING, folder)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceInvalid, match="No such file"):
        read(MAPPING, tmp_path)


def test_the_plan_has_every_calendar_day() -> None:
    planned = plan.make(MAPPING, read(MAPPING, DATA))
    dates = [day.date for day in planned.days]
    assert (dates[0], dates[-1], len(dates)) == (dt.date(1993, 1, 1), dt.date(1993, 2, 2), 33)
    assert planned.days[0].openings == ["101", "102", "103"]
    assert sum(day.rows for day in planned.days) == 47


def test_the_plan_covers_the_day_s_withdrawals_in_whole_steps() -> None:
    planned = plan.make(MAPPING, read(MAPPING, DATA))
    supplies = {day.date.isoformat(): day.supplies for day in planned.days if day.supplies}
    # 4,500.00 leave branch 2 on the 6th, where 3,700.00 lie: deposits of a day are not relied on.
    assert supplies == {"1993-01-06": {"2": 10_000_000}}


def test_the_plan_lowers_a_limit_for_what_ends_below_zero_and_raises_it_again() -> None:
    planned = plan.make(MAPPING, read(MAPPING, DATA))
    limits = [
        (date.isoformat(), limit.account, limit.overdraft_minor)
        for date, day in planned.account_days
        for limit in (day.lowered, day.raised)
        if limit is not None
    ]
    assert limits == [
        ("1993-01-12", "104", 25_000),
        ("1993-01-15", "104", 35_000),
        ("1993-01-18", "104", 0),
    ]


def test_the_plan_is_cut_at_a_date() -> None:
    planned = plan.make(MAPPING, read(MAPPING, DATA), until=dt.date(1993, 1, 5))
    assert len(planned.days) == 5
    assert sum(day.rows for day in planned.days) == 8
