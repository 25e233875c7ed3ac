"""The contract of a loan and its schedule on paper, in either language."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.http import HttpResponse
from fpdf import FontFace

from apps.kernel import formats
from apps.kernel.models import Bank
from apps.kernel.money import Money
from apps.kernel.numerals import in_words
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.loans import labels, portfolio, queries, rules
from apps.loans.models import Loan
from apps.loans.rules import Instalment, Schedule
from apps.reporting.paper import FONT, Paper

_HEADS = (
    Text(uk="№", en="No."),
    Text(uk="Дата", en="Due"),
    Text(uk="Основний борг", en="Principal"),
    Text(uk="Відсотки", en="Interest"),
    Text(uk="Платіж", en="Payment"),
    Text(uk="Залишок після", en="Principal after it"),
)
_STANDING = (
    *_HEADS[:4],
    Text(uk="Пеня", en="Penalty"),
    Text(uk="Разом", en="In all"),
    Text(uk="Сплачено", en="Paid"),
    _HEADS[5],
)
_WIDTHS = {len(_HEADS): (10, 24, 34, 34, 34, 38), len(_STANDING): (9, 22, 26, 24, 20, 26, 26, 29)}


def contract(loan_id: int, language: str) -> HttpResponse:
    """The contract with the schedule that was agreed when the loan was paid out.

    `loan_id` is of a loan that exists.
    """
    loan = _read(loan_id)
    first = loan.plans.get(number=1)
    made = Schedule(first.level_minor, tuple(queries.instalments(first.id)))
    told = _Told(loan, bank(), made, language)
    paper = Paper(title=f"{told.say(_CONTRACT)} {loan.number}", language=language)
    paper.add_page()
    _head(paper, told, _CONTRACT)
    for number, (title, sentences) in enumerate(told.articles(), 1):
        _article(paper, f"{number}. {title}", sentences)
    _signatures(paper, told)
    paper.add_page()
    _head(paper, told, _ANNEX)
    _table(paper, _HEADS, [told.line(line) for line in made.lines], told.totals())
    _signatures(paper, told)
    return paper.download(f"contract-{loan.number}")


def schedule(loan_id: int, language: str, *, date: dt.date) -> HttpResponse:
    """The schedule as it stands on `date`: what fell due, what is paid of it, what is to come."""
    loan = _read(loan_id)
    lines = portfolio.schedule(loan_id)
    made = Schedule(0, ())
    told = _Told(loan, bank(), made, language)
    paper = Paper(title=f"{told.say(_SCHEDULE)} {loan.number}", language=language)
    paper.add_page()
    _head(paper, told, _SCHEDULE)
    words = Text(
        uk=f"Станом на {formats.date(date, 'uk')}. Валюта: {loan.currency}.",
        en=f"As of {formats.date(date, 'en')}. Currency: {loan.currency}.",
    )
    paper.line_of(told.say(words), size=9)
    _table(paper, _STANDING, [told.standing(line) for line in lines], told.sums(lines))
    return paper.download(f"schedule-{loan.number}")


def _read(loan_id: int) -> Loan:
    return Loan.objects.select_related(
        "application", "customer", "product", "terms", "branch", "deposit"
    ).get(id=loan_id)


_CONTRACT = Text(uk="Кредитний договір №", en="Loan contract no.")
_ANNEX = Text(
    uk="Додаток 1. Графік платежів за договором №", en="Annex 1. Schedule of contract no."
)
_SCHEDULE = Text(uk="Графік платежів за кредитом №", en="Schedule of loan no.")
_IN_ALL = Text(uk="Разом", en="In all")
_BANK = Text(uk="Банк", en="The Bank")
_BORROWER = Text(uk="Позичальник", en="The Borrower")
_BANK_CODE = Text(uk="{name}, код банку {code}", en="{name}, bank code {code}")
_TAX_NUMBER = Text(uk="{name}, РНОКПП {tax}", en="{name}, tax number {tax}")


# --- Sentences ----------------------------------------------------------------------------------

_PARTIES = Text(
    uk="{bank} (далі Банк), і {borrower}, клієнт № {number} (далі Позичальник), уклали цей"
    " договір.",
    en="{bank} (the Bank), and {borrower}, customer no. {number} (the Borrower), have made this"
    " contract.",
)
_LENT = Text(
    uk="Банк надає Позичальникові кредит: {amount} ({words}), строком на {months} міс., до {last}."
    " Гроші зараховано {opened} на рахунок Позичальника {account}.",
    en="The Bank lends the Borrower {amount} ({words}) for {months} months, until {last}. The money"
    " was paid on {opened} to the Borrower’s account {account}.",
)
_PURPOSE = Text(uk="Мета кредиту: {purpose}.", en="Purpose of the loan: {purpose}.")
_INTEREST = Text(
    uk="Ставка фіксована: {rate} річних. Відсотки нараховуються щодня на залишок основного боргу"
    " ({days}).",
    en="The rate is fixed: {rate} a year. Interest accrues daily on the principal that is left"
    " ({days}).",
)
_REPAID = Text(
    uk="Кредит погашається щомісяця, {method}, день платежу {day}, за датами й сумами Додатка 1;"
    " якщо в місяці немає такого дня, платять останнього. У день платежу Банк списує належне з"
    " рахунку {account}, на якому Позичальник має гроші.",
    en="The loan is repaid monthly, by {method}, due day {day}, on the dates and in the amounts of"
    " Annex 1; a month without that day has its last one. On the due date the Bank takes what is"
    " due from account {account}, on which the Borrower keeps the money.",
)
_GRACE = Text(
    uk="Перші платежі містять лише відсотки; їх кількість: {grace}.",
    en="The first payments hold interest alone; their number is {grace}.",
)
_ORDER = Text(
    uk="Платіж іде на погашення в такій черзі: {order}.",
    en="A payment goes to what is owed in this order: {order}.",
)
_COST = Text(
    uk="Комісія за видачу {fee}; відсотки за графіком {interest}; загальні витрати {cost}; разом із"
    " поверненням кредиту {total}.",
    en="The fee of the payout is {fee}, interest by the schedule {interest}, the cost in all"
    " {cost}, and with the loan itself {total}.",
)
_REAL_RATE = Text(
    uk="Реальна річна процентна ставка: {rate}, якщо платити вчасно.",
    en="The annual percentage rate (APR) is {rate}, if each payment is made in time.",
)
_LATE = Text(
    uk="На прострочений основний борг і далі нараховуються відсотки за цим договором.",
    en="Principal that is overdue goes on earning interest under this contract.",
)
_PENALTY = Text(
    uk="За кожен день прострочення нараховується пеня {rate} річних від простроченої суми.",
    en="Each day of a delay costs a penalty of {rate} a year on the overdue amount.",
)
_WAITING = Text(
    uk="Перші дні прострочення пені не мають; їх кількість: {days}.",
    en="The first days of a delay cost no penalty; their number is {days}.",
)
_EARLY = Text(
    uk="Позичальник може будь-якого робочого дня Банку повернути кредит достроково, повністю або"
    " частково, без додаткової плати. Після часткового погашення він обирає коротший строк або"
    " менші платежі, і графік змінюється відповідно.",
    en="The Borrower may repay the loan early on any business day of the Bank, wholly or in part,"
    " without a charge. After a part is repaid the Borrower chooses a shorter term or smaller"
    " instalments, and the schedule changes accordingly.",
)
_ENDS = Text(
    uk="Договір діє від дня видачі, доки не буде сплачено все належне за ним. Його складено у двох"
    " примірниках, по одному для кожної сторони.",
    en="The contract lasts from the payout until everything owed under it is paid. It is made in"
    " two copies, one for each party.",
)
_TITLES = (
    Text(uk="Сторони", en="Parties"),
    Text(uk="Кредит", en="The loan"),
    Text(uk="Відсотки", en="Interest"),
    Text(uk="Погашення", en="Repayment"),
    Text(uk="Вартість кредиту", en="Cost of the loan"),
    Text(uk="Прострочення", en="Delay"),
    Text(uk="Дострокове погашення", en="Early repayment"),
    Text(uk="Строк дії", en="End of the contract"),
)


class _Told:
    """A loan in the sentences and figures of its papers."""

    def __init__(self, loan: Loan, of: Bank, made: Schedule, language: str) -> None:
        self.loan, self.bank, self.made, self.language = loan, of, made, language

    def say(self, text: Text, **data: object) -> str:
        return (text.filled(data) if data else text).in_language(self.language)

    def money(self, minor: int) -> str:
        return formats.money(Money(minor, self.loan.currency), self.language)

    def amount(self, minor: int) -> str:
        return formats.amount(minor, self.loan.currency, self.language)

    def date(self, value: dt.date) -> str:
        return formats.date(value, self.language)

    def percent(self, rate: Decimal) -> str:
        return formats.percent(rate, self.language)

    @property
    def number(self) -> str:
        return formats.account(self.loan.number)

    @property
    def parties(self) -> tuple[str, str]:
        """The bank and the borrower, as they sign."""
        of, who = self.bank, self.loan.customer
        name = self.say(Text(uk=of.name_uk, en=of.name_en))
        tax = who.tax_number or who.no_tax_number_reason
        return (
            self.say(_BANK_CODE, name=name, code=of.code),
            self.say(_TAX_NUMBER, name=who.full_name, tax=tax),
        )

    def articles(self) -> list[tuple[str, list[str]]]:
        """Titles, each with its sentences."""
        sentences = (
            [self._who()], self._lent(), [self._interest()], self._repaid(), self._cost(),
            self._late(), [self.say(_EARLY)], [self.say(_ENDS)],
        )  # fmt: skip
        return [(self.say(title), found) for title, found in zip(_TITLES, sentences, strict=True)]

    def _who(self) -> str:
        of, borrower = self.parties
        return self.say(_PARTIES, bank=of, borrower=borrower, number=self.loan.customer.number)

    def _lent(self) -> list[str]:
        loan = self.loan
        lent = self.say(
            _LENT,
            amount=self.money(loan.amount_minor),
            words=in_words(Money(loan.amount_minor, loan.currency), self.language),
            months=loan.months,
            last=self.date(self.made.lines[-1].due_on),
            opened=self.date(loan.opened_on),
            account=formats.account(loan.deposit.number),
        )
        purpose = loan.application.purpose
        return [lent, self.say(_PURPOSE, purpose=purpose)] if purpose else [lent]

    def _interest(self) -> str:
        days = self.say(labels.DAY_COUNTS[self.loan.day_count])
        return self.say(_INTEREST, rate=self.percent(self.loan.annual_rate), days=days)

    def _repaid(self) -> list[str]:
        loan, terms = self.loan, self.loan.terms
        found = [
            self.say(
                _REPAID,
                method=self.say(labels.METHODS[terms.method]),
                day=loan.due_day,
                account=formats.account(loan.deposit.number),
            )
        ]
        if terms.grace_months:
            found.append(self.say(_GRACE, grace=terms.grace_months))
        order = ", ".join(self.say(labels.PORTIONS[one]) for one in terms.allocation)
        return [*found, self.say(_ORDER, order=order)]

    def _cost(self) -> list[str]:
        loan = self.loan
        cost = rules.cost(
            self.made, date=loan.opened_on, lent_minor=loan.amount_minor, fee_minor=loan.fee_minor
        )
        sums = self.say(
            _COST,
            fee=self.money(cost.fee_minor),
            interest=self.money(cost.interest_minor),
            cost=self.money(cost.cost_minor),
            total=self.money(cost.total_minor),
        )
        rate = loan.effective_rate
        if rate is None:
            return [sums]
        return [sums, self.say(_REAL_RATE, rate=self.percent(round(100 * rate, 2)))]

    def _late(self) -> list[str]:
        terms = self.loan.terms
        found = [self.say(_LATE)]
        if terms.penalty_rate:
            found.append(self.say(_PENALTY, rate=self.percent(terms.penalty_rate)))
            if terms.waiting_days:
                found.append(self.say(_WAITING, days=terms.waiting_days))
        return found

    def line(self, line: Instalment) -> list[str]:
        parts = (line.principal_minor, line.interest_minor, line.payment_minor, line.balance_minor)
        return [str(line.number), self.date(line.due_on), *map(self.amount, parts)]

    def totals(self) -> list[str]:
        principal = sum(line.principal_minor for line in self.made.lines)
        sums = (principal, self.made.interest_minor, self.made.total_minor)
        return ["", self.say(_IN_ALL), *map(self.amount, sums), ""]

    def standing(self, line: portfolio.ScheduleLine) -> list[str]:
        number = "" if line.number is None else str(line.number)
        parts = (line.principal_minor, line.interest_minor, line.penalty_minor, line.total_minor)
        paid = self.amount(line.paid_minor) if line.is_due else ""
        left = "" if line.balance_minor is None else self.amount(line.balance_minor)
        return [number, self.date(line.due_on), *map(self.amount, parts), paid, left]

    def sums(self, lines: Sequence[portfolio.ScheduleLine]) -> list[str]:
        sums = (
            sum(line.principal_minor for line in lines),
            sum(line.interest_minor for line in lines),
            sum(line.penalty_minor for line in lines),
            sum(line.total_minor for line in lines),
            sum(line.paid_minor for line in lines),
        )
        return ["", self.say(_IN_ALL), *map(self.amount, sums), ""]


# --- How it is drawn ----------------------------------------------------------------------------


def _head(paper: Paper, told: _Told, title: Text) -> None:
    paper.line_of(told.parties[0])
    branch = told.loan.branch
    place = told.say(Text(uk=branch.name_uk, en=branch.name_en))
    paper.line_of(f"{place}, {told.date(told.loan.opened_on)}")
    paper.ln(3)
    paper.set_font(FONT, style="B", size=13)
    words = f"{told.say(title)} {told.number}"
    paper.multi_cell(0, 7, words, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(2)


def _article(paper: Paper, title: str, sentences: Iterable[str]) -> None:
    # A title does not stay alone at the foot of a page.
    if paper.will_page_break(18):
        paper.add_page()
    paper.line_of(title, size=9, bold=True)
    paper.set_font(FONT, size=9)
    for sentence in sentences:
        paper.multi_cell(0, 5, sentence, align="L", new_x="LMARGIN", new_y="NEXT")
        paper.ln(0.5)
    paper.ln(1.5)


def _table(
    paper: Paper, heads: Sequence[Text], rows: Iterable[Sequence[str]], sums: Sequence[str]
) -> None:
    paper.set_font(FONT, size=8)
    bold = FontFace(emphasis="BOLD")
    with paper.table(
        col_widths=_WIDTHS[len(heads)],
        text_align=("RIGHT", "LEFT", *["RIGHT"] * (len(heads) - 2)),
        headings_style=bold,
        borders_layout="HORIZONTAL_LINES",
        line_height=4,
        padding=0.6,
    ) as grid:
        grid.row([head.in_language(paper.language) for head in heads])
        for row in rows:
            grid.row(row)
        grid.row(sums, style=bold)


def _signatures(paper: Paper, told: _Told) -> None:
    """A line for each party, both on one page."""
    if paper.will_page_break(40):
        paper.add_page()
    paper.ln(12)
    half = paper.epw / 2 - 4
    top, left = paper.get_y(), paper.l_margin
    names = (_BANK, _BORROWER)
    for place, (name, party) in enumerate(zip(names, told.parties, strict=True)):
        x = left + place * (half + 8)
        paper.line(x, top, x + half, top)
        paper.set_xy(x, top + 1)
        paper.set_font(FONT, style="B", size=8)
        paper.cell(half, 4.5, told.say(name), new_x="LEFT", new_y="NEXT")
        paper.set_font(FONT, size=8)
        paper.multi_cell(half, 4, party, align="L")
