"""A payslip on paper, and what its parts are called there and on screens."""

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from fpdf import FontFace

from apps.hr.payslips import Slip
from apps.kernel import formats
from apps.kernel.models import Bank
from apps.kernel.text import Text
from apps.reporting.paper import FONT, Paper

PARTS: dict[str, Text] = {
    "salary": Text(uk="Оклад", en="Salary"),
    "leave": Text(uk="Відпускні", en="Leave pay"),
    "sick": Text(uk="Лікарняні коштом банку", en="Sick pay by the bank"),
    "sick_fund": Text(uk="Лікарняні коштом Пенсійного фонду", en="Sick pay by the Pension Fund"),
    "compensation": Text(uk="Компенсація відпустки", en="Unused leave"),
    "allowance": Text(uk="Надбавка", en="Allowance"),
    "bonus": Text(uk="Премія", en="Bonus"),
    "award": Text(uk="Разова премія", en="Award"),
    "aid": Text(uk="Матеріальна допомога", en="Material aid"),
    "deduction": Text(uk="Утримання", en="Deduction"),
}
# How dark a line is.
_LINE = 190
# What is said of a payslip that is not, or no longer, in the books.
_STATES: dict[str, Text] = {
    "draft": Text(
        uk="ЧЕРНЕТКА: відомість ще не проведено", en="DRAFT: the payroll is not posted yet"
    ),
    "discarded": Text(
        uk="ЧЕРНЕТКА: відомість замінено іншою", en="DRAFT: the payroll was replaced by another"
    ),
    "reversed": Text(uk="СТОРНОВАНО", en="REVERSED"),
}


def payslip(slip: Slip, *, bank: Bank, language: str) -> bytes:
    """A payslip as a PDF of one page on A4, in a language."""
    paper = _Payslip(slip, bank, language)
    paper.add_page()
    paper.tell()
    return bytes(paper.output())


def payslip_name(slip: Slip) -> str:
    """What its file is called: by the employee's number and the month, without a name."""
    return f"payslip-{slip.number}-{slip.month:%Y-%m}-{slip.id}.pdf"


class _Payslip(Paper):
    """What was earned and withheld, what was paid and to which account."""

    GROSS: ClassVar[Text] = Text(uk="Разом нараховано", en="Gross")
    NET: ClassVar[Text] = Text(uk="До виплати", en="Net")

    def __init__(self, slip: Slip, bank: Bank, language: str) -> None:
        month = f"{slip.month:%m.%Y}"
        title = Text(uk=f"Розрахунковий листок за {month}", en=f"Payslip for {month}")
        super().__init__(title=title.in_language(language), language=language)
        self.slip, self.bank, self.title_ = slip, bank, title
        # The same payslip is the same bytes, whenever it is asked for.
        day = slip.posted_on or slip.through
        self.set_creation_date(dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC))
        self.set_draw_color(_LINE)

    def tell(self) -> None:
        """The whole page, from the bank to what it pays on top."""
        slip = self.slip
        name = Text(uk=self.bank.name_uk, en=self.bank.name_en)
        self.line_of(self._say(name))
        self.line_of(self._say(self.title_), size=13, bold=True)
        if slip.state in _STATES:
            self.line_of(self._say(_STATES[slip.state]), size=9, bold=True)
        self.ln(2)
        self.line_of(f"{slip.full_name}, № {slip.number}", size=10, bold=True)
        title = Text(uk=slip.title_uk, en=slip.title_en)
        self.line_of(f"{slip.unit}, {self._say(title)}", size=9)
        worked = Text(uk="Відпрацьовано днів", en="Worked days")
        through = Text(uk="По день", en="Through")
        self.line_of(
            f"{self._say(worked)}: {slip.worked_days} / {slip.norm_days}.   "
            f"{self._say(through)}: {formats.date(slip.through, self.language)}",
            size=9,
        )
        self.ln(3)
        self._earned()
        self.ln(4)
        self._withheld()
        self.ln(4)
        on_top = Text(
            uk="Понад це банк сплачує єдиний соціальний внесок:",
            en="On top of it the bank pays the social contribution:",
        )
        self.line_of(f"{self._say(on_top)} {self._amount(slip.contribution_minor)}", size=8)

    def _earned(self) -> None:
        rows = [
            (self._say(PARTS[one.kind]), str(one.days or ""), self._amount(one.amount_minor))
            for one in self.slip.parts
            if one.kind != "deduction"
        ]
        head = (
            Text(uk="Нараховано", en="Earned"),
            Text(uk="Днів", en="Days"),
            Text(uk="Сума", en="Amount"),
        )
        totals = [(self._say(self.GROSS), "", self._amount(self.slip.gross_minor))]
        self._grid(tuple(map(self._say, head)), rows, totals, widths=(60, 15, 25))

    def _withheld(self) -> None:
        slip = self.slip
        tax = Text(uk="Податок на доходи фізичних осіб", en="Income tax")
        benefit = Text(uk="пільга", en="benefit")
        taxed = self._say(tax)
        if slip.benefit_minor:
            taxed += f" ({self._say(benefit)} {self._amount(slip.benefit_minor)})"
        levy = Text(uk="Військовий збір", en="Military levy")
        rows = [
            (taxed, self._amount(slip.pit_minor)),
            (self._say(levy), self._amount(slip.levy_minor)),
        ]
        rows += [
            (one.recipient or self._say(PARTS[one.kind]), self._amount(one.amount_minor))
            for one in slip.parts
            if one.kind == "deduction"
        ]
        totals = [(self._say(self.NET), self._amount(slip.net_minor))]
        if slip.brought_minor:
            brought = Text(uk="Перенесено з минулого", en="Brought from before")
            totals.append((self._say(brought), self._amount(slip.brought_minor)))
        paid = Text(uk="Виплачено на", en="Paid to")
        account = formats.account(slip.account)
        totals.append((f"{self._say(paid)} {account}", self._amount(slip.paid_minor)))
        head = (Text(uk="Утримано", en="Withheld"), Text(uk="Сума", en="Amount"))
        self._grid(tuple(map(self._say, head)), rows, totals, widths=(75, 25))

    def _grid(
        self,
        head: tuple[str, ...],
        rows: Sequence[tuple[str, ...]],
        totals: Sequence[tuple[str, ...]],
        *,
        widths: tuple[int, ...],
    ) -> None:
        self.set_font(FONT, size=9)
        with self.table(
            col_widths=widths,
            text_align=("LEFT", *["RIGHT"] * (len(widths) - 1)),
            headings_style=FontFace(emphasis="BOLD"),
            borders_layout="HORIZONTAL_LINES",
            line_height=5,
            padding=1,
        ) as grid:
            for row in (head, *rows):
                grid.row(row)
            for row in totals:
                grid.row(row, style=FontFace(emphasis="BOLD"))

    def _say(self, text: Text) -> str:
        return text.in_language(self.language)

    def _amount(self, minor: int) -> str:
        code = self.bank.base_currency
        return f"{formats.amount(minor, code, self.language)} {code}"
