"""Reports of staff and pay: what their screens show, as files, in the API and kept.

Facts come from the reads of the screens; nothing is asked for twice. They count people, posts and
days, and stand on no GL account. Employees, units and posts are named by their numbers and codes.
"""

from collections.abc import Iterator, Mapping

from apps.hr import payslips, queries, rules
from apps.hr.models import Employee, LeaveKind, Payroll, Position, Unit
from apps.hr.payslips import VIEW_PAY, PaySight
from apps.kernel.queries import bank
from apps.kernel.text import Text
from apps.reporting.dashboards import Board, Months, Rows, Tile, tile
from apps.reporting.declarations import (
    PART,
    Column,
    Dimension,
    Each,
    Fact,
    Gap,
    Measure,
    Of,
    Percent,
    Reach,
    Report,
    Source,
    Span,
    report,
)

# The permission of the screens with the same figures.
VIEW = "hr.view"
_TOTAL = Text(uk="Разом", en="Together")
_UNIT = Text(uk="Підрозділ", en="Unit")


def _branches(reach: Reach) -> frozenset[int] | None:
    return None if reach.branch is None else frozenset({reach.branch})


def _places(reach: Reach) -> dict[str, int]:
    """The branch of each unit by its code; one statement."""
    return {one.code: one.branch for one in queries.units(branches=_branches(reach))}


def _counted(item: str, branch: int, parts: Mapping[str, int]) -> Iterator[Fact]:
    """A fact for each part of an item: how many there are of it."""
    for part, number in parts.items():
        yield Fact(
            gl="", kind="", branch=branch, currency="", item=f"{item}{PART}{part}", accounts=number
        )


def _count(code: str, uk: str, en: str, *, decimals: int = 0, span: Span = Span.THIS) -> Column:
    """A column of the part of this name, or of what stands before the point in it."""
    return Column(
        code=code,
        label=Text(uk=uk, en=en),
        measure=Measure.COUNT,
        span=span,
        of=Of(parts=(code.partition("_before")[0],)),
        decimals=decimals,
    )


# --- Staffing plan ------------------------------------------------------------------------------


def _posts(reach: Reach) -> list[Fact]:
    """Posts of each position on the last day, in hundredths of one; two statements."""
    places = _places(reach)
    return [
        fact
        for one in queries.staffing_plan(on=reach.end, branches=_branches(reach))
        for fact in _counted(
            f"{one.unit} {one.code}",
            places[one.unit],
            {"planned": one.planned_percent, "taken": one.taken_percent, "people": one.people},
        )
    ]


def _positions() -> dict[str, Text]:
    """Titles of positions by the codes of the unit and the position; one statement."""
    found = Position.objects.values_list("unit__code", "code", "title_uk", "title_en")
    return {f"{unit} {code}": Text(uk=uk, en=en) for unit, code, uk, en in found}


STAFFING_PLAN = report(
    Report(
        code="staffing_plan",
        title=Text(uk="Штатний розпис на день", en="Staffing plan on a day"),
        purpose=Text(
            uk="Ставки за розписом, зайняті й вільні, за підрозділами й посадами",
            en="Posts that are planned, taken and free, by unit and position",
        ),
        permission=VIEW,
        source=Source(
            facts=_posts, names=_positions, items_are=Text(uk="Посада", en="Position")
        ),
        on_date=True,
        one_currency=False,
        retold=False,
        rows=(Each(code="position", by=Dimension.ITEM, total=_TOTAL),),
        columns=(
            _count("planned", "Ставок за розписом", "Posts planned", decimals=2),
            _count("taken", "Зайнято", "Taken", decimals=2),
            _count("people", "Працівників", "People"),
            _count(
                "people_before", "Працівників для порівняння", "People for comparison",
                span=Span.BEFORE,
            ),
        ),
        derived=(
            Gap(code="free", label=Text(uk="Вільно", en="Free"), of="planned", less="taken",
                after="taken"),
        ),
        order=200,
    )
)  # fmt: skip

# --- Headcount ----------------------------------------------------------------------------------


def _heads(reach: Reach) -> list[Fact]:
    """People of each unit: on the evening before the first day, on the last; two statements."""
    places = _places(reach)
    found = queries.headcount(first=reach.start, last=reach.end, branches=_branches(reach))
    return [
        fact
        for one in found
        for fact in _counted(
            one.code,
            places[one.code],
            {"start": one.at_start, "came": one.came, "gone": one.gone, "end": one.at_end},
        )
    ]


def _units() -> dict[str, Text]:
    """Names of units by code; one statement."""
    found = Unit.objects.values_list("code", "name_uk", "name_en")
    return {code: Text(uk=uk, en=en) for code, uk, en in found}


HEADCOUNT = report(
    Report(
        code="headcount",
        title=Text(
            uk="Чисельність і плинність за підрозділами", en="Headcount and turnover by unit"
        ),
        purpose=Text(
            uk="Скільки людей було, прийшло, пішло й стало, і плинність до середньої чисельності",
            en="How many people there were, came, left and are, and turnover of the average",
        ),
        permission=VIEW,
        source=Source(facts=_heads, names=_units, items_are=_UNIT),
        one_currency=False,
        retold=False,
        rows=(Each(code="unit", by=Dimension.ITEM, total=_TOTAL),),
        columns=(
            _count("start", "На початок", "At the beginning"),
            _count("came", "Прийнято", "Came"),
            _count("gone", "Звільнено", "Left"),
            _count("end", "На кінець", "At the end"),
        ),
        derived=(
            Percent(
                code="turnover",
                label=Text(uk="Плинність", en="Turnover"),
                of="gone",
                to=("start", "end"),
                after="end",
            ),
        ),
        order=201,
    )
)

# --- Leave --------------------------------------------------------------------------------------


def _leave(reach: Reach) -> list[Fact]:
    """Each employee's balance of each kind of leave, in hundredths of a day; two statements."""
    places = _places(reach)
    return [
        fact
        for one in queries.leave_balances(on=reach.end, branches=_branches(reach))
        for fact in _counted(
            f"{one.number} {one.kind}",
            places[one.unit],
            {
                "earned": one.earned_hundredths + one.adjusted_hundredths,
                "used": one.used_hundredths,
            },
        )
    ]


def _employees() -> dict[str, Text]:
    """Names of employees with each kind of leave, by their numbers; two statements."""
    kinds = list(
        LeaveKind.objects.exclude(days_per_year=None).values_list("code", "name_uk", "name_en")
    )
    people = Employee.objects.select_related("customer").only(
        "number", "customer__last_name", "customer__first_name", "customer__patronymic"
    )
    return {
        f"{one.number} {code}": Text(
            uk=f"{one.customer.full_name}, {uk}", en=f"{one.customer.full_name}, {en}"
        )
        for one in people
        for code, uk, en in kinds
    }


LEAVE_BALANCES = report(
    Report(
        code="leave_balances",
        title=Text(uk="Залишки відпусток на день", en="Balances of leave on a day"),
        purpose=Text(
            uk="Скільки днів кожної відпустки зароблено, використано й лишилося",
            en="How many days of each kind of leave were earned, used and are left",
        ),
        permission=VIEW,
        source=Source(
            facts=_leave, names=_employees, items_are=Text(uk="Працівник", en="Employee")
        ),
        on_date=True,
        one_currency=False,
        retold=False,
        rows=(Each(code="employee", by=Dimension.ITEM),),
        columns=(
            _count("earned", "Зароблено, днів", "Days earned", decimals=2),
            _count("used", "Використано", "Used", decimals=2),
        ),
        derived=(
            Gap(code="left", label=Text(uk="Залишок", en="Left"), of="earned", less="used",
                after="used"),
        ),
        order=202,
    )
)  # fmt: skip

# --- Cost of pay --------------------------------------------------------------------------------


def _cost(reach: Reach) -> list[Fact]:
    """What each unit's people cost in each month, in minor units; three statements."""
    base = bank().base_currency
    if reach.currency not in {None, base}:
        return []
    places = _places(reach)
    found = payslips.cost_by_unit(
        first=rules.first_of_month(reach.start),
        last=rules.first_of_month(reach.end),
        # Whoever opens the report holds its permission, which is that to see pay, in its branch.
        sight=PaySight(_branches(reach)),
    )
    return [
        Fact(
            gl="",
            kind="",
            # It may have moved to another branch since.
            branch=places.get(one.code, reach.branch or 0),
            currency=base,
            item=f"{one.month:%Y-%m} {one.code}{PART}{part}",
            debit_minor=minor,
            accounts=one.totals.people if part == "gross" else 0,
        )
        for one in found
        for part, minor in (
            ("gross", one.totals.gross_minor),
            ("contribution", one.totals.contribution_minor),
        )
    ]


def _units_of_months() -> dict[str, Text]:
    """Names of units under each month of which there is a payroll; two statements."""
    months = set(Payroll.objects.values_list("month", flat=True))
    return {f"{month:%Y-%m} {code}": name for month in months for code, name in _units().items()}


def _pay(code: str, uk: str, en: str, *parts: str) -> Column:
    return Column(code=code, label=Text(uk=uk, en=en), measure=Measure.TURNOVER, of=Of(parts=parts))


PAYROLL_COST = report(
    Report(
        code="payroll_cost",
        title=Text(
            uk="Витрати на оплату праці за підрозділами й місяцями",
            en="Cost of pay by unit and month",
        ),
        purpose=Text(
            uk="Проведена зарплата й нараховані на неї внески за кожен місяць періоду",
            en="Pay that was posted and the contribution on it, for each month of the period",
        ),
        permission=VIEW_PAY,
        source=Source(facts=_cost, names=_units_of_months, items_are=_UNIT),
        retold=False,
        rows=(Each(code="unit", by=Dimension.ITEM, total=_TOTAL),),
        columns=(
            Column(
                code="people",
                label=Text(uk="Працівників", en="People"),
                measure=Measure.COUNT,
            ),
            _pay("gross", "Нараховано", "Gross", "gross"),
            _pay("contribution", "ЄСВ", "Contribution", "contribution"),
            _pay("cost", "Витрати", "Cost"),
        ),
        derived=(
            Percent(code="share", label=Text(uk="Частка", en="Share"), of="cost", row="unit"),
        ),
        order=203,
    )
)

# --- On dashboards ------------------------------------------------------------------------------

tile(
    Tile(
        code="headcount",
        boards=(Board.HR, Board.MANAGEMENT),
        report="headcount",
        figures=(("unit", "end"), ("unit", "came"), ("unit", "gone"), ("unit", "turnover")),
        chart=Months(row="unit", column="end"),
        order=70,
    )
)
tile(
    Tile(
        code="people_of_units",
        boards=(Board.HR,),
        report="headcount",
        figures=(),
        chart=Rows(rows=("unit",), column="end"),
        title=Text(uk="Працівники за підрозділами", en="People by unit"),
        order=71,
    )
)
tile(
    Tile(
        code="posts",
        boards=(Board.HR,),
        report="staffing_plan",
        figures=(("position", "planned"), ("position", "taken"), ("position", "free")),
        order=72,
    )
)
tile(
    Tile(
        code="pay",
        boards=(Board.HR, Board.MANAGEMENT),
        report="payroll_cost",
        figures=(("unit", "cost"),),
        chart=Months(row="unit", column="cost"),
        order=73,
    )
)
