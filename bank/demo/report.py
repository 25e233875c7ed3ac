"""What the demo shows in the end: days, balances, proofs, a statement, and who did what."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from apps.control.declarations import INVARIANTS, OPERATIONS, STEPS
from apps.eod.queries import open_exceptions
from apps.kernel import formats, sql
from apps.kernel.errors import Refusal
from apps.kernel.queries import last_closed_date
from apps.kernel.text import Text
from apps.ledger import queries as ledger
from bank.demo.founding import IDENTITY, MACHINE
from bank.demo.life import BLOCKED
from bank.demo.logins import Login
from bank.demo.terminal import Terminal, clipped
from bank.roles import ROLES

# So many closed dates are listed, the last ones.
DAYS_LISTED = 7
STATEMENT_LINES = 9
JOURNAL_LINES = 16

_OUTCOMES = {
    "done": Text(uk="виконано", en="done"),
    "parked": Text(uk="чекає", en="waits"),
    "refused": Text(uk="відмова", en="refused"),
}
# Of the last closed date: what another person agreed to or undid, then what was refused.
_JOURNAL = """
    SELECT r.actor_name, r.operation,
           coalesce(r.amount_minor, (r.result->>'difference_minor')::bigint),
           coalesce(nullif(r.currency, ''), %(base)s), r.outcome,
           (SELECT string_agg(voter.actor_name, ', ' ORDER BY voter.at)
              FROM control_approvalvote v JOIN control_operationrun voter ON voter.id = v.run_id
             WHERE v.approval_id = r.approval_id),
           r.refusal::json
      FROM control_operationrun r
     WHERE r.booking_date = %(date)s
       AND (r.outcome = 'refused' OR r.approval_id IS NOT NULL
            OR r.operation IN ('ledger.reverse_entry', 'control.decline', 'eod.open_next_day',
                               'finance.book_manual_entry')
            OR r.operation = 'cash.close_session' AND r.result->>'difference_minor' <> '0')
     ORDER BY r.at LIMIT %(limit)s"""
_DAYS = """
    SELECT d.date, count(DISTINCT p.entry_id),
           coalesce(sum(p.amount_minor) FILTER (WHERE p.amount_minor > 0 AND p.currency = %(base)s),
                    0)::bigint,
           (SELECT coalesce(sum(amount_minor), 0) FROM accounts_accrual a
             WHERE a.booking_date = d.date),
           (SELECT coalesce(sum(pit_minor + levy_minor), 0)::bigint FROM accounts_capitalisation c
             WHERE c.booking_date = d.date),
           (SELECT count(*) FROM control_operationrun r
             WHERE r.booking_date = d.date AND r.outcome = 'parked'),
           (SELECT count(*) FROM control_operationrun r
             WHERE r.booking_date = d.date AND r.outcome = 'refused'),
           extract(epoch FROM d.closed_at - d.closing_at)
      FROM kernel_bookingdate d LEFT JOIN ledger_posting p ON p.booking_date = d.date
     WHERE d.status = 'closed'
     GROUP BY d.date ORDER BY d.date DESC LIMIT %(days)s"""
# A savings account whose interest was capitalised, the one with most lines.
_SHOWN = """
    SELECT d.id, d.number, d.account_id, c.last_name || ' ' || c.first_name || ' ' || c.patronymic,
           d.currency
      FROM accounts_deposit d
      JOIN customers_customer c ON c.id = d.customer_id
      JOIN accounts_capitalisation i ON i.deposit_id = d.id AND i.net_minor > 0
     ORDER BY (SELECT count(*) FROM ledger_posting p WHERE p.account_id = d.account_id) DESC, d.id
     LIMIT 1"""
_INTEREST = """
    SELECT booking_date, gross_minor, pit_minor, levy_minor, net_minor
      FROM accounts_capitalisation WHERE deposit_id = %(deposit)s ORDER BY booking_date"""
_REQUESTS = """
    SELECT a.operation, a.role,
           CASE WHEN b.id IS NOT NULL THEN ARRAY[b.name_uk, b.name_en] END, u.full_name
      FROM control_approval a
      JOIN access_user u ON u.id = a.maker_id
      LEFT JOIN kernel_branch b ON b.id = a.branch_id
     WHERE a.state = 'waiting' ORDER BY a.id LIMIT 20"""
# What happened, and who mends it where.
_STORY = Text(
    uk="Суд арештував кошти, а керівник заблокував рахунок в обидва боки, тож відсотки не"
    " зараховано. Керівник лишає блокування лише списань, операційний відділ повторює виняток.",
    en="A court seized the money, and the supervisor blocked the account both ways, so that its"
    " interest was not credited. The supervisor leaves payments out blocked alone; operations"
    " make up for the exception.",
)
_OPERATIONS_OF = "SELECT id, operation FROM control_operationrun WHERE id = ANY (%(runs)s::uuid[])"


class Report:
    """Writes each section; what is off comes back from `write` in words."""

    def __init__(self, terminal: Terminal, *, language: str) -> None:
        self._terminal = terminal
        self._language = language
        closed = last_closed_date()
        assert closed is not None, "the report comes after the first close"
        self._date = closed
        self._wrong: list[str] = []

    def write(self) -> list[str]:
        """Days, balances, a statement, the journal and the proofs; what is off, if anything."""
        self.days()
        self.trial_balance()
        self.statement()
        self.journal()
        self.proofs()
        self.waiting()
        return self._wrong

    def days(self) -> None:
        found = sql.rows(_DAYS, {"base": IDENTITY.base_currency, "days": DAYS_LISTED})
        self._heading(Text(uk="Операційні дні", en="Business days"))
        self._terminal.table(
            [
                self._say("день", "date"),
                self._say("проведень", "entries"),
                self._say("оборот, UAH", "turnover, UAH"),
                self._say("нараховано", "accrued"),
                self._say("податків", "taxes"),
                self._say("погоджень", "approvals"),
                self._say("відмов", "refusals"),
                self._say("закрито за", "closed in"),
            ],
            [
                [
                    self._day(date),
                    str(entries),
                    self._money(turnover),
                    self._exact(accrued),
                    self._money(taxes),
                    str(parked),
                    str(refused),
                    f"{seconds:.1f} {self._say('с', 's')}",
                ]
                for date, entries, turnover, accrued, taxes, parked, refused, seconds in reversed(
                    found
                )
            ],
            right=range(1, 8),
        )

    def trial_balance(self) -> None:
        """Debit and credit balances by GL account; their totals must be equal in each currency."""
        self._heading(Text(uk="Оборотно-сальдова відомість", en="Trial balance"), self._date)
        lines = ledger.trial_balance(self._date)
        for currency in sorted({line.currency for line in lines}, key=lambda one: one != "UAH"):
            of = [line for line in lines if line.currency == currency]
            debits = sum(line.closing_minor for line in of if line.closing_minor > 0)
            credits_ = -sum(line.closing_minor for line in of if line.closing_minor < 0)
            if debits != credits_:
                self._wrong.append(f"trial balance in {currency}")
            self._terminal.table(
                [
                    self._say("рахунок", "account"),
                    currency,
                    self._say("дебет", "debit"),
                    self._say("кредит", "credit"),
                ],
                [
                    [
                        line.code,
                        clipped(self._say(line.name_uk, line.name_en), 56),
                        self._money(line.closing_minor) if line.closing_minor > 0 else "",
                        self._money(-line.closing_minor) if line.closing_minor < 0 else "",
                    ]
                    for line in of
                ],
                right=(2, 3),
                total=["", self._say("разом", "total"), self._money(debits), self._money(credits_)],
            )

    def statement(self) -> None:
        """The last lines of a savings account, and how its interest became the customer's."""
        shown = sql.row(_SHOWN)
        if shown is None:
            return
        deposit, number, account, owner, currency = shown
        self._heading(Text(uk="Виписка", en="Statement"), f"{owner}, {number}, {currency}")
        lines = ledger.statement(account, limit=STATEMENT_LINES)
        operations = dict(sql.rows(_OPERATIONS_OF, {"runs": [line.run for line in lines]}))
        self._terminal.table(
            [
                self._say("день", "date"),
                self._say("що сталося", "what happened"),
                self._say("призначення", "purpose"),
                self._say("сума", "amount"),
                self._say("залишок", "balance"),
            ],
            [
                [
                    self._day(line.booking_date),
                    clipped(self._sentence(line.kind, operations[line.run]), 36),
                    clipped(line.narrative, 34),
                    # A deposit is the bank's debt: what the book credits is the customer's gain.
                    self._money(-line.amount_minor),
                    self._money(-line.balance_minor),
                ]
                for line in reversed(lines)
            ],
            right=(3, 4),
        )
        for date, gross, pit, levy, net in sql.rows(_INTEREST, {"deposit": deposit}):
            parts = [self._money(part) for part in (gross, pit, levy, net)]
            self._terminal.line(
                "  "
                + self._say(
                    "Відсотки {0}: нараховано {1}, ПДФО {2}, військовий збір {3}, зараховано {4}",
                    "Interest of {0}: accrued {1}, income tax {2}, military levy {3}, paid {4}",
                ).format(self._day(date), *parts)
            )

    def journal(self) -> None:
        date = self._busy_date()
        params = {"date": date, "limit": JOURNAL_LINES, "base": IDENTITY.base_currency}
        found = sql.rows(_JOURNAL, params)
        self._heading(
            Text(uk="Журнал: хто зробив і хто погодив", en="Journal: who did it, who agreed"),
            date,
        )
        self._terminal.table(
            [
                self._say("хто", "who"),
                self._say("що", "what"),
                self._say("сума", "amount"),
                self._say("наслідок", "outcome"),
                self._say("погодив", "agreed by"),
            ],
            [
                [
                    clipped(who, 26),
                    clipped(self._sentence("", operation), 44),
                    f"{self._money(minor)} {currency}" if minor is not None else "",
                    _OUTCOMES[outcome].in_language(self._language),
                    clipped(agreed or "", 26),
                ]
                for who, operation, minor, currency, outcome, agreed, _ in found
            ],
            right=(2,),
            notes={
                place: self._reason(refusal)
                for place, (*_, refusal) in enumerate(found)
                if refusal is not None
            },
        )

    def proofs(self) -> None:
        """Every invariant, the thorough ones too; each violation is a line."""
        self._heading(Text(uk="Докази", en="Proofs"), self._date)
        for invariant in INVARIANTS:
            violations = sql.rows(invariant.statement, {"date": self._date})
            title = invariant.title.in_language(self._language)
            if not violations:
                self._terminal.done(title)
                continue
            self._wrong.append(invariant.name)
            self._terminal.failed(f"{title}: {len(violations)}")
            for row in violations[:3]:
                self._terminal.line(f"      {row}")

    def waiting(self) -> None:
        """What a visitor may begin with: requests that wait, and what the last close left."""
        self._heading(Text(uk="Що чекає на людину", en="What waits for a person"))
        for operation, role, branch, maker in sql.rows(_REQUESTS):
            name = ROLES[role].name if role in ROLES else Text(uk=role, en=role)
            what = OPERATIONS[operation].sentence.in_language(self._language)
            where = f", {self._say(*branch)}" if branch else ""
            self._terminal.line(f"  {what}{where}: {maker} → {name.in_language(self._language)}")
        for one in open_exceptions():
            step = STEPS[one.step].title.in_language(self._language)
            self._terminal.line(f"  {self._say('Виняток', 'Exception')} {one.id}, {step}:")
            self._terminal.line(f"      {one.reason.in_language(self._language)}")
            if one.code == BLOCKED:
                self._terminal.line("      " + _STORY.in_language(self._language))

    def places(self, *, log: Path, data: str, address: str) -> None:
        self._heading(Text(uk="Де що лежить", en="Where things are"))
        for what, where in (
            (self._say("екрани", "screens"), address),
            (self._say("програмний доступ", "API"), f"{address}api/v1/"),
            (self._say("дані банку", "the bank's data"), data),
            (self._say("журнал процесів", "the processes' log"), str(log)),
        ):
            self._terminal.line(f"  {what}: {where}")

    def people(self, logins: Sequence[Login], *, key: str) -> None:
        """Who can sign in and how, and the key of the machine."""
        self._heading(
            Text(uk="Хто може увійти", en="Who can sign in"),
            self._say("паролі лише цього банку", "passwords of this bank alone"),
        )
        whole = Text(uk="увесь банк", en="whole bank")
        self._terminal.table(
            [
                self._say("роль", "role"),
                self._say("де", "where"),
                self._say("ім'я користувача", "user name"),
                self._say("пароль", "password"),
            ],
            [
                [
                    one.role_name.in_language(self._language),
                    (one.branch or whole).in_language(self._language),
                    one.username,
                    one.password,
                ]
                for one in logins
            ],
        )
        self._terminal.line(f"  {self._say('ключ', 'key')} {MACHINE}: {key}")

    # --- Words ----------------------------------------------------------------------------------

    def _busy_date(self) -> dt.date:
        """The last closed date on which the counters were open; before one, the last closed."""
        found: dt.date | None = sql.value(
            "SELECT max(s.booking_date) FROM cash_session s WHERE s.booking_date <= %(date)s",
            {"date": self._date},
        )
        return found or self._date

    def _sentence(self, kind: str, operation: str) -> str:
        """What a step of the close calls itself, or the operation's sentence."""
        if kind in STEPS:
            return STEPS[kind].title.in_language(self._language)
        return OPERATIONS[operation].sentence.in_language(self._language)

    def _reason(self, refusal: dict[str, Any]) -> str:
        """The sentence that the person was told."""
        sentence = _sentences()[refusal["code"]].filled(refusal["data"])
        return sentence.in_language(self._language)

    def _heading(self, text: Text, note: Any = "") -> None:
        if isinstance(note, dt.date):
            note = self._day(note)
        self._terminal.heading(text.in_language(self._language), str(note))

    def _say(self, uk: str, en: str) -> str:
        return Text(uk=uk, en=en).in_language(self._language)

    def _day(self, date: dt.date) -> str:
        return formats.date(date, self._language)

    def _money(self, minor: int) -> str:
        return formats.amount(minor, IDENTITY.base_currency, self._language)

    def _exact(self, minor: Decimal) -> str:
        """An accrual, which has a fraction of a minor unit."""
        text = f"{minor / 100:.4f}"
        return text if self._language.startswith("en") else text.replace(".", ",")


def _sentences() -> dict[str, Text]:
    """The sentences of all refusals by their codes."""
    found: dict[str, Text] = {}
    kinds = [Refusal]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind is not Refusal:
            found[kind.code] = kind.sentence
    return found


def summary(tally: Sequence[tuple[str, int]], *, language: str) -> str:
    """What came of a day's commands, in a few words."""
    words = {
        "done": Text(uk="виконано", en="done"),
        "parked": Text(uk="погоджено іншою людиною", en="agreed by another"),
        "refused": Text(uk="відмовлено", en="refused"),
    }
    return ", ".join(
        f"{words[outcome].in_language(language)} {number}" for outcome, number in tally if number
    )
