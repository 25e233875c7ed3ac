"""Reads of deposits. Amounts are in minor units of the deposit's currency."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.accounts.models import Mandate
from apps.control.errors import NotFound
from apps.kernel import formats, sql
from apps.kernel.text import Text

_DEPOSIT = """
    SELECT d.id, d.number, d.account_id, d.branch_id, d.currency, d.customer_id, d.product_id,
           p.code, d.opened_on, d.closed_on
      FROM accounts_deposit d JOIN products_product p ON p.id = d.product_id"""


@dataclass(frozen=True, slots=True)
class DepositFacts:
    """A deposit without its moving part; `account` is its ledger account."""

    id: int
    number: str
    account: int
    branch: int
    currency: str
    customer: int
    product: int
    product_code: str
    opened_on: dt.date
    closed_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What restrains a deposit: the floor of its natural balance, and its blocks."""

    floor_minor: int
    debits_blocked: bool
    credits_blocked: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """A deposit of a customer as it stands now; balances are the customer's money."""

    deposit: int
    number: str
    product: str
    branch: int
    currency: str
    balance_minor: int
    held_minor: int
    available_minor: int
    opened_on: dt.date
    closed_on: dt.date | None
    # The customer is not its owner but may dispose of it.
    by_mandate: bool
    product_name: Text


def deposit(deposit_id: int) -> DepositFacts:
    """A deposit by its id; one statement. Raises NotFound."""
    return _found(sql.row(f"{_DEPOSIT} WHERE d.id = %(id)s", {"id": deposit_id}))


def by_number(number: str) -> DepositFacts:
    """A deposit by its number, without spaces; one statement. Raises NotFound."""
    return _found(sql.row(f"{_DEPOSIT} WHERE d.number = %(number)s", {"number": number}))


def locked(deposit_id: int) -> DepositFacts:
    """A deposit, locked against others who limit, settle or close it. Raises NotFound."""
    return _found(
        sql.row(f"{_DEPOSIT} WHERE d.id = %(id)s FOR NO KEY UPDATE OF d", {"id": deposit_id})
    )


def limits(account: int) -> Limits:
    """Floor and blocks of a deposit's ledger account; one statement."""
    found = sql.row(
        """SELECT floor_minor, debits_blocked, credits_blocked FROM ledger_balance
            WHERE account_id = %(account)s""",
        {"account": account},
    )
    assert found is not None, "a deposit's account is limited"
    return Limits(*found)


def accrued(deposit_id: int) -> Decimal:
    """Interest of a deposit that has accrued and is not paid, exact, minor units; one statement.

    The dates are listed, as the accruals' key leads with the date.
    """
    found: Decimal = sql.value(
        """SELECT coalesce(paid.carried_minor, 0)
                  + coalesce((SELECT sum(a.amount_minor) FROM accounts_accrual a
                               WHERE a.deposit_id = d.id AND a.booking_date = ANY (ARRAY(
                                     SELECT generate_series(
                                                coalesce(paid.accrued_through + 1, d.opened_on),
                                                today.date, '1 day')::date))), 0)
             FROM accounts_deposit d
             JOIN kernel_bookingdate today ON today.status = 'open'
             LEFT JOIN LATERAL (SELECT accrued_through, carried_minor
                                  FROM accounts_capitalisation c WHERE c.deposit_id = d.id
                                 ORDER BY accrued_through DESC LIMIT 1) paid ON true
            WHERE d.id = %(id)s""",
        {"id": deposit_id},
    )
    return found


def unpaid_since(deposit_id: int) -> dt.date:
    """The first day whose interest is not paid yet; one statement."""
    found: dt.date = sql.value(
        """SELECT coalesce((SELECT max(accrued_through) + 1 FROM accounts_capitalisation
                             WHERE deposit_id = d.id), d.opened_on)
             FROM accounts_deposit d WHERE d.id = %(id)s""",
        {"id": deposit_id},
    )
    return found


# The deposits that a customer owns or may dispose of, as an `Overview`.
_OF_CUSTOMER = """
    SELECT d.id, d.number, p.code, d.branch_id, d.currency, b.side * b.balance_minor,
           b.held_minor, b.side * b.balance_minor - b.held_minor - b.floor_minor,
           d.opened_on, d.closed_on, mine.by_mandate, p.name_uk, p.name_en
      FROM (SELECT id, false AS by_mandate FROM accounts_deposit
             WHERE customer_id = %(customer)s
             UNION ALL
            SELECT deposit_id, true FROM accounts_mandate
             WHERE customer_id = %(customer)s AND valid_to IS NULL) mine
      JOIN accounts_deposit d USING (id)
      JOIN products_product p ON p.id = d.product_id
      JOIN ledger_balance b ON b.account_id = d.account_id"""


def of_customer(customer: int) -> list[Overview]:
    """The deposits that a customer owns or may dispose of, open ones first; one statement."""
    found = sql.rows(
        f"{_OF_CUSTOMER} ORDER BY d.closed_on IS NOT NULL, mine.by_mandate, d.id",
        {"customer": customer},
    )
    return [_overview(*line) for line in found]


def page_of_customer(
    customer: int, *, branches: frozenset[int] | None, after: int = 0, limit: int = 50
) -> list[Overview]:
    """The same in these branches (None: all), oldest first: a page, one statement."""
    found = sql.rows(
        f"""{_OF_CUSTOMER}
             WHERE d.id > %(after)s
               AND (%(branches)s::bigint[] IS NULL OR d.branch_id = ANY (%(branches)s::bigint[]))
             ORDER BY d.id LIMIT %(limit)s""",
        {
            "customer": customer,
            "branches": sql.listed(branches),
            "after": after,
            "limit": limit,
        },
    )
    return [_overview(*line) for line in found]


def _overview(*line: Any) -> Overview:
    *facts, uk, en = line
    told: list[Any] = [*facts, Text(uk=uk, en=en)]
    return Overview(*told)


def _found(row: tuple[object, ...] | None) -> DepositFacts:
    if row is None:
        raise NotFound
    return DepositFacts(*row)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Profile:
    """A deposit as a page shows it: whose it is, what it holds, and what restrains it."""

    id: int
    number: str
    account: int
    branch: int
    currency: str
    customer: int
    last_name: str
    first_name: str
    patronymic: str
    product: str
    product_uk: str
    product_en: str
    balance_minor: int
    held_minor: int
    floor_minor: int
    debits_blocked: bool
    credits_blocked: bool
    opened_on: dt.date
    closed_on: dt.date | None

    def __str__(self) -> str:
        return formats.account(self.number)

    @property
    def owner(self) -> str:
        return " ".join(filter(None, (self.last_name, self.first_name, self.patronymic)))

    @property
    def initials(self) -> str:
        """The owner for those who need not know more: Шевченко Т. Г."""
        letters = [f"{part[0]}." for part in (self.first_name, self.patronymic) if part]
        return " ".join([self.last_name, *letters])

    @property
    def available_minor(self) -> int:
        return self.balance_minor - self.held_minor - self.floor_minor


def profile(*, deposit: int | None = None, number: str | None = None) -> Profile | None:
    """A deposit by its id or by its number, without spaces; one statement."""
    assert (deposit is None) != (number is None), "by one of the two"
    which = "d.id = %(given)s" if number is None else "d.number = %(given)s"
    found = sql.row(
        f"""SELECT d.id, d.number, d.account_id, d.branch_id, d.currency, d.customer_id,
                   c.last_name, c.first_name, c.patronymic, p.code, p.name_uk, p.name_en,
                   b.side * b.balance_minor, b.held_minor, b.floor_minor, b.debits_blocked,
                   b.credits_blocked, d.opened_on, d.closed_on
              FROM accounts_deposit d
              JOIN customers_customer c ON c.id = d.customer_id
              JOIN products_product p ON p.id = d.product_id
              JOIN ledger_balance b ON b.account_id = d.account_id
             WHERE {which}""",  # noqa: S608 - the condition is one of the two above
        {"given": deposit if number is None else number},
    )
    return Profile(*found) if found else None


@dataclass(frozen=True, slots=True)
class StandingHold:
    """An amount kept back on a deposit, not released yet."""

    id: int
    amount_minor: int
    reason: str
    placed_on: dt.date
    expires_on: dt.date | None


def holds(account: int, *, after: int = 0, limit: int | None = None) -> list[StandingHold]:
    """The holds that stand on a deposit's ledger account, oldest first; one statement.

    With a limit a page of them, behind the id `after`.
    """
    found = sql.rows(
        """SELECT id, amount_minor, reason, placed_on, expires_on FROM ledger_hold
            WHERE account_id = %(account)s AND released_on IS NULL AND id > %(after)s
            ORDER BY id LIMIT %(limit)s::bigint""",
        {"account": account, "after": after, "limit": limit},
    )
    return [StandingHold(*line) for line in found]


def mandates(deposit: int) -> list[tuple[int, str, dt.date]]:
    """Who else may dispose of a deposit today: customer, full name, since when; one statement."""
    found = sql.rows(
        """SELECT c.id, concat_ws(' ', c.last_name, nullif(c.first_name, ''),
                                  nullif(c.patronymic, '')), m.valid_from
             FROM accounts_mandate m JOIN customers_customer c ON c.id = m.customer_id
            WHERE m.deposit_id = %(deposit)s AND m.valid_to IS NULL ORDER BY m.id""",
        {"deposit": deposit},
    )
    return [(customer, name, since) for customer, name, since in found]


def standing_mandates(deposit: int, *, after: int = 0, limit: int = 50) -> list[Mandate]:
    """Mandates over a deposit that stand today, oldest first: a page, one statement."""
    standing = Mandate.objects.filter(deposit_id=deposit, valid_to__isnull=True, id__gt=after)
    return list(standing.order_by("id")[:limit])


@dataclass(frozen=True, slots=True)
class AccrualLine:
    """What a deposit earned on a day, exact, in minor units."""

    booking_date: dt.date
    version: int
    basis_minor: int
    amount_minor: Decimal


def accruals(deposit: int, *, start: dt.date, end: dt.date, limit: int = 50) -> list[AccrualLine]:
    """The accruals of a deposit between two dates, newest first: a page, one statement.

    The dates are listed, as the accruals' key leads with the date.
    """
    found = sql.rows(
        """SELECT booking_date, version_id, basis_minor, amount_minor FROM accounts_accrual
            WHERE deposit_id = %(deposit)s AND booking_date = ANY (ARRAY(
                  SELECT generate_series(%(start)s::date, %(end)s::date, '1 day')::date))
            ORDER BY booking_date DESC LIMIT %(limit)s""",
        {"deposit": deposit, "start": start, "end": end, "limit": limit},
    )
    return [AccrualLine(*line) for line in found]


@dataclass(frozen=True, slots=True)
class PaidInterest:
    """Accrued interest that became the customer's money; `gross = pit + levy + net`."""

    accrued_through: dt.date
    booking_date: dt.date
    gross_minor: int
    pit_minor: int
    levy_minor: int
    net_minor: int
    run: UUID


def capitalisations(
    deposit: int, *, before: dt.date | None = None, limit: int = 50
) -> list[PaidInterest]:
    """What a deposit was paid of its interest, newest first: a page, one statement."""
    found = sql.rows(
        """SELECT accrued_through, booking_date, gross_minor, pit_minor, levy_minor, net_minor,
                  run_id
             FROM accounts_capitalisation
            WHERE deposit_id = %(deposit)s
              AND (%(before)s::date IS NULL OR accrued_through < %(before)s::date)
            ORDER BY accrued_through DESC LIMIT %(limit)s""",
        {"deposit": deposit, "before": before, "limit": limit},
    )
    return [PaidInterest(*line) for line in found]
