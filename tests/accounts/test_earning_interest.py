"""A deposit earns interest day by day and is paid it at the end of the month."""

import datetime as dt
from decimal import Decimal
from threading import Thread

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts import queries, rules
from apps.control import guarding
from apps.kernel import sql
from apps.kernel.daycount import DayCount
from tests import factories
from tests.accounts import days
from tests.accounts.days import accrued, close_day, close_through, deposit, paid, product, put
from tests.factories import Bank
from tests.rewinding import rewound

# The installed bank opens on Monday, 5 January 2026.
LAST = dt.date(2026, 1, 31)
DAYS_OF_JANUARY = 27


def test_a_month_of_interest_is_paid_less_taxes(bank: Bank) -> None:
    saved = deposit(bank, product(bank, capitalisation="monthly"), minor=100_000_00)
    close_through(bank, LAST)

    a_day = rules.daily_interest(
        100_000_00, rules.day_factor(Decimal(14), DayCount.ACT_365F, bank.date)
    )
    assert a_day == Decimal("3835.6164383562")
    assert accrued(saved) == [
        (bank.date + dt.timedelta(days=day), 100_000_00, a_day) for day in range(DAYS_OF_JANUARY)
    ]
    # 103561.64 kopiykas: PIT 18 % and the levy of 5 %, each rounded.
    assert paid(saved) == [(LAST, 103_562, 18_641, 5_178, 79_743)]
    assert saved.minor == 100_000_00 + 79_743
    assert days.own_minor("7040") == 103_562
    assert days.own_minor("2628") == 0
    assert days.own_minor("3622") == -(18_641 + 5_178)
    assert queries.accrued(saved.id) == a_day * DAYS_OF_JANUARY - 103_562


def test_the_next_month_earns_on_what_was_paid_and_carries_the_fraction(bank: Bank) -> None:
    saved = deposit(bank, product(bank, capitalisation="monthly"), minor=100_000_00)
    close_through(bank, dt.date(2026, 2, 28))
    first, second = paid(saved)
    factor = rules.day_factor(Decimal(14), DayCount.ACT_365F, bank.date)
    january = rules.daily_interest(100_000_00, factor) * DAYS_OF_JANUARY
    february = rules.daily_interest(100_000_00 + first[4], factor) * 28
    expected = rules.payout(
        [january, february, Decimal(-first[1])], pit=Decimal(18), levy=Decimal(5)
    )
    assert second == (
        dt.date(2026, 2, 28), expected.gross_minor, expected.pit_minor, expected.levy_minor,
        expected.net_minor,
    )  # fmt: skip


def test_nothing_accrues_at_a_rate_of_zero_or_on_a_debt(bank: Bank) -> None:
    nothing = deposit(bank, product(bank, annual_rate=Decimal(0)), minor=500_00)
    code = product(bank)
    empty = deposit(bank, code)
    owing = deposit(bank, code, overdraft_minor=100_00)
    put(bank, owing, -70_00)
    close_day(bank)
    assert [accrued(one) for one in (nothing, empty, owing)] == [[], [], []]
    assert sql.value("SELECT count(*) FROM accounts_accrualtotal") == 0
    assert days.own_minor("7040") == 0


def test_a_new_version_sets_the_rate_from_its_day_on(bank: Bank) -> None:
    code = product(bank, annual_rate=Decimal("3.65"))
    saved = deposit(bank, code, minor=1_000_00)
    days.version(bank, code, bank.date + dt.timedelta(days=1), annual_rate=Decimal("7.3"))
    days.version(bank, code, bank.date + dt.timedelta(days=2), annual_rate=Decimal(0))
    for _ in range(3):
        close_day(bank)
    assert [amount for _, _, amount in accrued(saved)] == [Decimal(10), Decimal(20)]


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        # 100 comes on the first day, 40 goes on the second, all of it goes on the third.
        ("closing", [100_00, 60_00, 0]),
        ("opening", [0, 100_00, 60_00]),
        # Neither the day of receipt nor that of return counts.
        ("civil_code", [0, 60_00, 0]),
    ],
)
def test_the_balance_that_earns(bank: Bank, basis: str, expected: list[int]) -> None:
    saved = deposit(bank, product(bank, accrual_basis=basis), minor=100_00)
    close_day(bank)
    put(bank, saved, -40_00)
    close_day(bank)
    put(bank, saved, -60_00)
    close_day(bank)
    earning = {date: minor for date, minor, _ in accrued(saved)}
    found = [earning.get(bank.date + dt.timedelta(days=day), 0) for day in range(3)]
    assert found == expected


def test_what_moves_in_the_next_date_does_not_count(bank: Bank) -> None:
    saved = deposit(bank, product(bank), minor=100_00)
    civil = deposit(bank, product(bank, accrual_basis="civil_code"), minor=100_00)
    close_day(bank)

    def next_day() -> None:
        put(bank, saved, 900_00)
        put(bank, civil, -100_00)

    close_day(bank, meanwhile=next_day)
    assert accrued(saved)[-1][1] == 100_00
    assert accrued(civil)[-1][1] == 100_00


def test_an_untaxed_product_pays_its_interest_whole(bank: Bank) -> None:
    code = product(bank, capitalisation="monthly", taxed=False)
    saved = deposit(bank, code, minor=100_000_00)
    close_through(bank, LAST)
    assert paid(saved) == [(LAST, 103_562, 0, 0, 103_562)]
    assert days.own_minor("3622") == 0


def test_without_capitalisation_interest_stays_accrued(bank: Bank) -> None:
    saved = deposit(bank, product(bank), minor=100_000_00)
    close_through(bank, LAST)
    assert paid(saved) == []
    assert days.own_minor("2628") == -103_562


def test_what_rounds_to_nothing_is_carried_and_never_posted(bank: Bank) -> None:
    code = product(bank, capitalisation="monthly", annual_rate=Decimal("0.5"))
    tiny = deposit(bank, code, minor=10_00)
    close_through(bank, LAST)
    # 27 days of 0.0136986301 kopiykas.
    assert paid(tiny) == [(LAST, 0, 0, 0, 0)]
    assert queries.accrued(tiny.id) == Decimal("0.0136986301") * 27
    assert tiny.minor == 10_00
    close_through(bank, dt.date(2026, 2, 28))
    assert paid(tiny)[-1][1:] == (1, 0, 0, 1)
    assert tiny.minor == 10_01


def test_a_deposit_that_slept_is_paid_what_it_had_earned_before(bank: Bank) -> None:
    """The month's end looks at days before the month for those who earn again, and only them."""
    code = product(bank)
    slept = deposit(bank, code, minor=10_000_00)
    close_day(bank)
    put(bank, slept, -10_000_00)
    close_through(bank, LAST)
    days.version(bank, code, dt.date(2026, 2, 2), capitalisation="monthly")
    close_through(bank, dt.date(2026, 2, 28))
    assert paid(slept) == []
    put(bank, slept, 10_000_00)
    close_through(bank, dt.date(2026, 3, 31))
    # 32 days of 383.5616438356: one of January and 31 of March.
    assert paid(slept) == [(dt.date(2026, 3, 31), 12_274, 2_209, 614, 9_451)]


def test_a_chunk_done_twice_accrues_once(bank: Bank) -> None:
    saved = deposit(bank, product(bank), minor=100_00)
    date = days.roll(bank)
    days.run_step(bank, "accounts.accrue_interest", date)
    before = accrued(saved), days.own_minor("7040")
    with pytest.raises(IntegrityError, match="accounts_accrual"), transaction.atomic():
        days.run_step(bank, "accounts.accrue_interest", date)
    assert (accrued(saved), days.own_minor("7040")) == before


def test_a_chunk_takes_the_same_few_statements_for_any_number_of_deposits(bank: Bank) -> None:
    code = product(bank, capitalisation="monthly")
    taken = []
    for more in (1, 10):
        for _ in range(more):
            deposit(bank, code, minor=100_00)
        with rewound():
            date = days.roll(bank)
            statements: list[str] = []

            def count(execute, statement, *rest):  # type: ignore[no-untyped-def]
                statements.append(statement)  # noqa: B023 - used at once
                return execute(statement, *rest)

            with connection.execute_wrapper(count):
                results = days.run_step(bank, "accounts.accrue_interest", date)
            taken.append((len(statements), results[0]["accrued"]))
    assert [rows for _, rows in taken] == [1, 11]
    assert taken[0][0] == taken[1][0]


@pytest.mark.parametrize("table", ["accounts_accrual", "accounts_accrualtotal"])
@pytest.mark.parametrize("change", ["UPDATE {} SET booking_date = booking_date", "DELETE FROM {}"])
def test_the_application_cannot_change_what_accrued(bank: Bank, table: str, change: str) -> None:
    deposit(bank, product(bank), minor=100_00)
    close_day(bank)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        guarding.door_open(),
    ):
        sql.rows(change.format(table))


def test_an_accrual_that_nobody_earned_keeps_the_day_from_closing(bank: Bank) -> None:
    saved = deposit(bank, product(bank), minor=100_00)
    extra = deposit(bank, product(bank, annual_rate=Decimal(0)))
    close_day(bank)
    date = days.roll(bank)
    for name in days.STEP_NAMES:
        days.run_step(bank, name, date)
    with guarding.door_open():
        sql.rows(
            """INSERT INTO accounts_accrual (deposit_id, booking_date, version_id, basis_minor,
                                             amount_minor)
               SELECT %(extra)s, booking_date, version_id, 1, 5 FROM accounts_accrual
                WHERE deposit_id = %(saved)s AND booking_date = %(date)s""",
            {"extra": extra.id, "saved": saved.id, "date": date},
        )
    days.finish(bank)
    found = days.violations(date)
    assert [row[0] for row in found["accounts.accruals_recomputed"]] == [extra.id]
    assert "accounts.accrual_totals_grow_by_rows" in found


# --- Calendars ----------------------------------------------------------------------------------


def test_a_leap_years_last_of_february(
    empty_database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factories, "FIRST_DATE", dt.date(2024, 2, 28))
    bank = factories.install_bank()
    actual = deposit(
        bank, product(bank, day_count="ACT/ACT", capitalisation="monthly"), minor=36_600_00
    )
    fixed = deposit(bank, product(bank, day_count="ACT/365F"), minor=36_500_00)
    thirty = deposit(bank, product(bank, day_count="30E/360"), minor=36_000_00)
    close_through(bank, dt.date(2024, 3, 1))
    assert [amount for _, _, amount in accrued(fixed)] == [1400, 1400, 1400]
    # The 29th stands for the 30th as well.
    assert [amount for _, _, amount in accrued(thirty)] == [1400, 2800, 1400]
    [(through, gross, pit, levy, net)] = paid(actual)
    # The levy was 1.5 % until 30 November 2024.
    assert (through, gross, pit, levy) == (dt.date(2024, 2, 29), 2800, 504, 42)
    assert [amount for _, _, amount in accrued(actual)] == [
        1400, 1400, rules.daily_interest(36_600_00 + net, Decimal(14) / Decimal(36600)),
    ]  # fmt: skip


def test_a_bank_of_1993_withholds_no_tax(
    empty_database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factories, "FIRST_DATE", dt.date(1993, 1, 30))
    bank = factories.install_bank()
    saved = deposit(bank, product(bank, capitalisation="monthly"), minor=36_500_00)
    close_through(bank, dt.date(1993, 1, 31))
    assert paid(saved) == [(dt.date(1993, 1, 31), 2800, 0, 0, 2800)]


# --- Histories ----------------------------------------------------------------------------------

MOVES = st.lists(  # for each day: which deposit, and how much in or out
    st.lists(st.tuples(st.integers(0, 2), st.integers(-90_000_00, 90_000_00)), max_size=4),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12)
@given(
    history=MOVES,
    basis=st.sampled_from(["closing", "opening", "civil_code"]),
    count=st.sampled_from(list(DayCount)),
    rate=st.decimals(min_value=Decimal("0.000001"), max_value=40, places=6),
    taxed=st.booleans(),
)
def test_any_history_earns_what_python_computes(
    bank: Bank,
    history: list[list[tuple[int, int]]],
    basis: str,
    count: DayCount,
    rate: Decimal,
    taxed: bool,
) -> None:
    with rewound():
        start = dt.date(2026, 1, 28)
        close_through(bank, start - dt.timedelta(days=1))
        code = product(
            bank,
            valid_from=start,
            annual_rate=rate,
            accrual_basis=basis,
            day_count=count.value,
            capitalisation="monthly",
            taxed=taxed,
        )
        opened = [deposit(bank, code, overdraft_minor=10**9) for _ in range(3)]
        model = [_Model(rate, count, basis, taxed) for _ in opened]
        for number, moves in enumerate(history):
            for which, minor in moves:
                put(bank, opened[which], minor)
                model[which].moved(minor)
            date = close_day(bank, size=1 + number % 2)
            for expected in model:
                expected.close(date)
        for one, expected in zip(opened, model, strict=True):
            assert accrued(one) == expected.accrued
            assert paid(one) == expected.paid
            assert one.minor == expected.balance


class _Model:
    """One deposit in plain Python: each day's interest, and payment on the last of a month."""

    def __init__(self, rate: Decimal, count: DayCount, basis: str, taxed: bool) -> None:
        self.rate, self.count, self.basis, self.taxed = rate, count, basis, taxed
        self.balance = self.opening = 0
        self.accrued: list[tuple[dt.date, int, Decimal]] = []
        self.paid: list[tuple[dt.date, int, int, int, int]] = []
        self.waiting: list[Decimal] = []

    def moved(self, minor: int) -> None:
        self.balance += minor

    def close(self, date: dt.date) -> None:
        earning = rules.basis_minor(
            self.basis, opening_minor=self.opening, closing_minor=self.balance
        )
        factor = rules.day_factor(self.rate, self.count, date)
        if interest := rules.daily_interest(earning, factor):
            self.accrued.append((date, earning, interest))
            self.waiting.append(interest)
        if rules.is_last_of_month(date) and any(day == date.month for day in self._months()):
            pit, levy = (Decimal(18), Decimal(5)) if self.taxed else (Decimal(0), Decimal(0))
            paid = rules.payout(self.waiting, pit=pit, levy=levy)
            self.paid.append(
                (date, paid.gross_minor, paid.pit_minor, paid.levy_minor, paid.net_minor)
            )
            self.waiting = [paid.carried_minor]
            self.balance += paid.net_minor
        self.opening = self.balance

    def _months(self) -> list[int]:
        return [date.month for date, _, _ in self.accrued]


@settings(max_examples=5)
@given(balances=st.lists(st.integers(0, 10**9), min_size=2, max_size=9), seed=st.integers(1, 99))
def test_the_books_do_not_depend_on_how_the_work_was_cut(
    bank: Bank, balances: list[int], seed: int
) -> None:
    """Chunks of one, of seven and of a thousand, forwards and backwards, make the same books."""
    with rewound():
        close_through(bank, dt.date(2026, 1, 28))
        start = dt.date(2026, 1, 29)
        codes = [
            product(bank, valid_from=start, annual_rate=Decimal(rate), capitalisation="monthly")
            for rate in ("13.5", "7.77")
        ]
        for number, minor in enumerate(balances):
            at = bank.branch if number % 3 else bank.other_branch
            deposit(bank, codes[(number * seed) % 2], minor=minor, branch=at)
        books = []
        for size, backwards in ((1, False), (7, True), (1000, False)):
            with rewound():
                close_through(bank, LAST, size=size, backwards=backwards)
                books.append(_books())
    assert books[0] == books[1] == books[2]
    if any(minor >= 100_00 for minor in balances):
        assert books[0][0]


def _books() -> list[list[tuple[object, ...]]]:
    return [
        sql.rows(
            """SELECT booking_date, deposit_id, basis_minor, amount_minor FROM accounts_accrual
                ORDER BY booking_date, deposit_id"""
        ),
        sql.rows(
            """SELECT deposit_id, accrued_through, gross_minor, pit_minor, levy_minor, carried_minor
                 FROM accounts_capitalisation ORDER BY deposit_id, accrued_through"""
        ),
        sql.rows(
            """SELECT product_id, branch_id, booking_date, accrued_minor, posted_minor
                 FROM accounts_accrualtotal ORDER BY product_id, branch_id, booking_date"""
        ),
        sql.rows(
            """SELECT e.kind, e.booking_date, a.number, p.amount_minor, count(*)
                 FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
                 JOIN ledger_account a ON a.id = p.account_id WHERE e.kind LIKE 'accounts.%%'
                GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""
        ),
    ]


def test_interest_is_exact_while_the_next_date_is_at_work(own_database: object, bank: Bank) -> None:
    """Threads post into the open date; the closing date accrues on its own closing balances."""
    code = product(bank)
    opened = [deposit(bank, code, minor=1_000_00 * (number + 1)) for number in range(12)]
    date = days.roll(bank)
    stop = False

    def work(number: int) -> None:
        try:
            while not stop:
                put(bank, opened[number], 17_00)
                put(bank, opened[number + 6], -3_00)
        finally:
            connection.close()

    threads = [Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        for name in days.STEP_NAMES:
            days.run_step(bank, name, date, size=2)
    finally:
        stop = True
        for thread in threads:
            thread.join()
    assert opened[0].minor > 1_000_00
    assert [accrued(one)[0][1] for one in opened] == [
        1_000_00 * (number + 1) for number in range(12)
    ]
    days.finish(bank)
    assert days.violations(date) == {}
