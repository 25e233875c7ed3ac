"""A new bank: who it is, its chart and taxes, and what the installer may do afterwards."""

import csv
import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from apps.access.models import RoleHolding, User
from apps.access.operations import AddUser
from apps.control.door import execute
from apps.control.errors import AlreadySetUp, MalformedCommand, NotSetUp, PermissionMissing
from apps.control.models import OperationRun
from apps.kernel.errors import UnknownCurrency
from apps.kernel.models import Bank as BankRow
from apps.kernel.models import BookingDate
from apps.ledger.models import GLAccount
from apps.ledger.operations import ChartLine, LoadChart
from apps.products.errors import RateOutOfRange, StartsInClosedBooks
from apps.products.models import TaxRate
from apps.products.operations import LoadTaxRates, TaxRateLine
from bank.installation import CHART, TAX_RATES, Identity, install, system_actor
from tests import probes
from tests.conftest import OwnDatabase
from tests.evidence import refuse
from tests.factories import Bank, do, fresh_key

IDENTITY = Identity(
    name_uk="Новий банк",
    name_en="New Bank",
    code="305299",
    base_currency="UAH",
    first_date=dt.date(2026, 3, 31),
)


def test_a_bank_is_set_up_step_by_step_and_once(empty_database: OwnDatabase) -> None:
    actor = install(IDENTITY)
    found = BankRow.objects.get()
    assert (found.code, found.base_currency, found.country) == ("305299", "UAH", "UA")
    assert list(BookingDate.objects.values_list("date", "status")) == [
        (dt.date(2026, 3, 31), "open")
    ]
    with CHART.open(encoding="utf-8", newline="") as file:
        assert GLAccount.objects.count() == len(list(csv.DictReader(file))) > 200
    with TAX_RATES["UA"].open(encoding="utf-8", newline="") as file:
        assert TaxRate.objects.count() == len(list(csv.DictReader(file)))
    names = OperationRun.objects.order_by("id").values_list("operation", "outcome")
    assert list(names) == [
        ("ledger.make_partitions", "done"),
        ("control.set_up_bank", "done"),
        ("ledger.load_chart", "done"),
        ("products.load_tax_rates", "done"),
        ("hr.load_rules", "done"),
    ]
    # Begun again, nothing is done twice.
    assert install(IDENTITY) == actor
    assert OperationRun.objects.count() == 5
    # And nobody else moves in.
    with pytest.raises(Exception, match="key_reused"):
        install(replace(IDENTITY, code="300001"))
    assert BankRow.objects.get() == found


def test_nothing_but_the_set_up_runs_before_there_is_a_date(empty_database: OwnDatabase) -> None:
    with pytest.raises(UnknownCurrency):
        install(replace(IDENTITY, base_currency="XXX"))
    actor = system_actor()
    with pytest.raises(NotSetUp):
        execute("access.add_user", AddUser(username="early", full_name="Early"), actor=actor,
                key=fresh_key())  # fmt: skip
    assert not User.objects.exclude(username="system").exists()
    assert [run.outcome for run in OperationRun.objects.order_by("id")] == [
        "done", "refused", "refused",
    ]  # fmt: skip
    assert install(IDENTITY) == replace(actor, origin=install(IDENTITY).origin)


def set_up(**given: Any) -> dict[str, Any]:
    return {
        "name_uk": "Інший банк", "name_en": "Other Bank", "code": "300335",
        "base_currency": "UAH", "first_date": "2026-01-05",
    } | given  # fmt: skip


def test_a_second_bank_does_not_fit_in(bank: Bank) -> None:
    refuse(AlreadySetUp, "control.set_up_bank", set_up(), actor=bank.system)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"code": "30033"}, MalformedCommand),
        ({"code": "３００３３５"}, MalformedCommand),
        ({"name_uk": ""}, MalformedCommand),
        ({"first_date": "2026-02-30"}, MalformedCommand),
        # There is no day before the first, and none after the last.
        ({"first_date": "0001-01-01"}, MalformedCommand),
        ({"first_date": "9999-12-31"}, MalformedCommand),
        ({"country": "Ukraine"}, MalformedCommand),
        ({"time_zone": "Mars/Olympus"}, MalformedCommand),
        ({"time_zone": "../../etc/passwd"}, MalformedCommand),
        ({"time_zone": ""}, MalformedCommand),
        ({"base_currency": "UAX"}, UnknownCurrency),
    ],
)
def test_a_bank_that_cannot_be(bank: Bank, given: dict[str, Any], refusal: Any) -> None:
    refuse(refusal, "control.set_up_bank", set_up(**given), actor=bank.system)


def test_the_installer_may_install_on_the_first_date_alone(bank: Bank) -> None:
    held = RoleHolding.objects.filter(user_id=bank.system.user_id).order_by("role__code")
    assert list(held.values_list("role__code", "valid_from", "valid_to")) == [
        ("clock", bank.date, None),
        ("installation", bank.date, bank.date),
    ]
    assert not held.filter(branch__isnull=False).exists()
    do("probe.open_next_date", probes.NextDate(), actor=bank.prober)
    command = AddUser(username="late", full_name="Late")
    refuse(PermissionMissing, "access.add_user", command, actor=bank.system)


# --- The chart and the taxes --------------------------------------------------------------------


def line(code: str, *, side: str = "debit", name_en: str = "Cash") -> ChartLine:
    return ChartLine(
        code=code,
        name_uk="Каса",
        name_en=name_en,
        kind=GLAccount.Kind.ASSET,
        side=side,
        effective_from=dt.date(2026, 1, 1),
    )


def test_the_chart_grows_and_names_are_corrected(bank: Bank) -> None:
    before, count = GLAccount.objects.get(code="1001"), GLAccount.objects.count()
    chart = LoadChart(lines=(line("1001", side="credit", name_en="Notes"), line("199999")))
    assert do("ledger.load_chart", chart, actor=bank.system).result == {"lines": 2}
    after = GLAccount.objects.get(code="1001")
    assert (after.name_en, after.side, after.kind) == ("Notes", before.side, before.kind)
    assert GLAccount.objects.count() == count + 1


@pytest.mark.parametrize(
    "wrong", [{"code": "12"}, {"code": "10O1"}, {"side": "left"}, {"kind": "money"}, {"extra": 1}]
)
def test_a_chart_with_a_wrong_line_is_not_loaded(bank: Bank, wrong: dict[str, Any]) -> None:
    good = {
        "code": "199999", "name_uk": "x", "name_en": "x", "kind": "asset", "side": "debit",
        "effective_from": "2026-01-01",
    }  # fmt: skip
    given = {"lines": [good, good | wrong]}
    refuse(MalformedCommand, "ledger.load_chart", given, actor=bank.system)


def rates(*lines: tuple[str, dt.date, Decimal]) -> LoadTaxRates:
    return LoadTaxRates(
        lines=tuple(
            TaxRateLine(code=code, valid_from=start, rate=rate)  # type: ignore[arg-type]
            for code, start, rate in lines
        )
    )


def test_a_history_of_taxes_is_loaded_whole_or_not_at_all(bank: Bank) -> None:
    start = dt.date(2026, 7, 1)
    good, bad = ("pit", start, Decimal(20)), ("levy", start, Decimal(101))
    refuse(RateOutOfRange, "products.load_tax_rates", rates(good, bad), actor=bank.product_manager)
    do("products.load_tax_rates", rates(good), actor=bank.product_manager)
    assert TaxRate.objects.get(code="pit", valid_from=start).rate == 20
    do("probe.open_next_date", probes.NextDate(), actor=bank.prober)
    late = rates(("pit", bank.date, Decimal(20)))
    refuse(StartsInClosedBooks, "products.load_tax_rates", late, actor=bank.product_manager)
