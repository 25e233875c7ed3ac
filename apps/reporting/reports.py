"""Reports of the book itself: declarations only, by the chart of accounts that a bank begins with.

Which GL accounts belong to a row is said by the beginnings of their codes and by their kinds. In a
partition what no row names falls into the last one that takes any of its kind, so that a new line
of the chart is never left out.
"""

from apps.control.declarations import READING
from apps.kernel.text import Text
from apps.reporting import queries
from apps.reporting.declarations import (
    Across,
    Column,
    Dimension,
    Each,
    Equal,
    Heading,
    Line,
    Measure,
    Of,
    Report,
    Source,
    Span,
    Total,
    Zero,
    report,
)

STATEMENTS = "reporting.view_statements"
READING.add(
    STATEMENTS, Text(uk="Читати фінансову звітність", en="Read the bank's financial statements")
)

LEDGER = Source(facts=queries.ledger)
CASH_FLOW = Source(facts=queries.cash_flow, narrow=queries.TOUCHES_CASH)

_PERIOD = Text(uk="За період", en="This period")
_BEFORE = Text(uk="За попередній період", en="The period before")
_YEAR = Text(uk="Від початку року", en="Since the year began")
_WHOLE = Text(uk="Усього", en="Total")
_DEBIT, _CREDIT = Text(uk="дебет", en="debit"), Text(uk="кредит", en="credit")


def _side(uk: str, en: str, side: Text) -> Text:
    return Text(uk=f"{uk}, {side.uk}", en=f"{en}, {side.en}")


def _on_sides(code: str, uk: str, en: str, measure: Measure) -> tuple[Column, Column]:
    """Two columns: GL accounts that stand in debit, and those that stand in credit."""
    return (
        Column(
            code=f"{code}_debit",
            label=_side(uk, en, _DEBIT),
            measure=measure,
            of=Of(standing=1),
        ),
        Column(
            code=f"{code}_credit",
            label=_side(uk, en, _CREDIT),
            measure=measure,
            of=Of(standing=-1),
            sign=-1,
        ),
    )


def _rest(code: str, uk: str, en: str, *kinds: str, sign: int = 1, standing: int = 0) -> Line:
    """Whatever of these kinds no row above has taken."""
    of = Of(kinds=kinds, standing=standing)
    return Line(code=code, label=Text(uk=uk, en=en), of=of, sign=sign)


# --- Trial balance ------------------------------------------------------------------------------

TRIAL_BALANCE = report(
    Report(
        code="trial_balance",
        title=Text(uk="Оборотно-сальдова відомість за період", en="Trial balance with turnovers"),
        purpose=Text(
            uk="Вхідні залишки, обороти й вихідні залишки кожного рахунку плану",
            en="Opening balances, turnovers and closing balances of every GL account",
        ),
        permission=STATEMENTS,
        source=LEDGER,
        rows=(Each(code="gl", by=Dimension.GL, total=_WHOLE),),
        columns=(
            *_on_sides("opening", "Вхідний", "Opening", Measure.OPENING),
            Column(code="debit", label=_side("Оборот", "Turnover", _DEBIT), measure=Measure.DEBIT),
            Column(
                code="credit", label=_side("Оборот", "Turnover", _CREDIT), measure=Measure.CREDIT
            ),
            *_on_sides("closing", "Вихідний", "Closing", Measure.CLOSING),
        ),
        checks=(
            Equal(
                row="gl",
                columns=("opening_debit", "opening_credit"),
                label=Text(uk="Вхідні залишки рівні", en="Opening balances are equal"),
            ),
            Equal(
                row="gl",
                columns=("debit", "credit"),
                label=Text(uk="Обороти рівні", en="Turnovers are equal"),
            ),
            Equal(
                row="gl",
                columns=("closing_debit", "closing_credit"),
                label=Text(uk="Вихідні залишки рівні", en="Closing balances are equal"),
            ),
        ),
        order=10,
    )
)

# --- Balance sheet ------------------------------------------------------------------------------

# Allowances for loans, which stand below what they are made for.
_ALLOWANCES = ("2069", "2089", "2209", "2239", "2609", "2629")
_OWN, _OWED, _CAPITAL = ("asset", "asset_liability"), ("liability", "asset_liability"), ("equity",)


def _asset(code: str, uk: str, en: str, *codes: str, less: tuple[str, ...] = ()) -> Line:
    of = Of(codes=codes, less=less, kinds=_OWN)
    return Line(code=code, label=Text(uk=uk, en=en), of=of)


def _owed(code: str, uk: str, en: str, *codes: str) -> Line:
    return Line(code=code, label=Text(uk=uk, en=en), of=Of(codes=codes, kinds=_OWED), sign=-1)


def _capital(code: str, uk: str, en: str, *codes: str) -> Line:
    return Line(code=code, label=Text(uk=uk, en=en), of=Of(codes=codes, kinds=_CAPITAL), sign=-1)


_ASSETS = (
    _asset("cash", "Кошти та залишки в Національному банку",
           "Cash and balances with the National Bank", "10", "11", "120"),
    _asset("banks", "Кошти в інших банках", "Due from banks", "15"),
    _asset("securities", "Цінні папери", "Securities", "14", "31", "32"),
    _asset("loans", "Кредити клієнтам до резервів", "Loans to customers before allowances",
           "20", "22", "24", "2607", "2627", less=_ALLOWANCES),
    _asset("allowances", "Резерви під кредити", "Loss allowances for loans", *_ALLOWANCES),
    _asset("investment_property", "Інвестиційна нерухомість", "Investment property", "4410"),
    _asset("equipment", "Основні засоби та нематеріальні активи",
           "Property, equipment and intangible assets", "43", "44", "45"),
    _asset("right_of_use", "Активи з права користування", "Right-of-use assets", "46"),
    _asset("tax_assets", "Податкові активи", "Tax assets", "3520", "3521", "3522"),
)  # fmt: skip
_LIABILITIES = (
    _owed("due_to_banks", "Кошти інших банків", "Due to banks", "16"),
    _owed("entities", "Кошти юридичних осіб", "Accounts of legal entities",
          "25", "260", "261", "265"),
    _owed("individuals", "Кошти фізичних осіб", "Accounts of individuals", "262", "263"),
    _owed("debt_issued", "Випущені боргові цінні папери", "Debt securities issued", "33"),
    _owed("leases", "Орендні зобов'язання", "Lease liabilities", "3615", "3618"),
    _owed("provisions", "Забезпечення", "Provisions", "3658", "3690"),
    _owed("tax_liabilities", "Податкові зобов'язання", "Tax liabilities", "3620", "3621", "3622"),
    _owed("subordinated", "Субординований борг", "Subordinated debt", "366"),
)  # fmt: skip
_EQUITY = (
    _capital("share_capital", "Статутний капітал", "Share capital", "500"),
    _capital("premium", "Емісійні різниці", "Share premium", "501"),
    _capital("reserves", "Резерви й фонди", "Reserves", "502"),
    _capital("revaluation", "Результати переоцінки", "Revaluation", "51"),
    _capital("retained", "Нерозподілений прибуток і все інше", "Retained earnings and all else",
             ""),
)  # fmt: skip
BALANCE_SHEET = report(
    Report(
        code="balance_sheet",
        title=Text(uk="Звіт про фінансовий стан (баланс)", en="Balance sheet"),
        purpose=Text(
            uk="Активи, зобов'язання й капітал на дату поряд з іншою датою",
            en="Assets, liabilities and equity on a date, beside another date",
        ),
        permission=STATEMENTS,
        source=LEDGER,
        on_date=True,
        partition=True,
        rows=(
            Heading(code="of_assets", label=Text(uk="Активи", en="Assets")),
            *_ASSETS,
            _rest("other_assets", "Інші активи", "Other assets", "asset"),
            _rest("settlements_in_debit", "Розрахунки й позиція в дебеті",
                  "Settlements standing in debit", "asset_liability", standing=1),
            Total(
                code="assets",
                label=Text(uk="Усього активів", en="Total assets"),
                parts=(
                    *(line.code for line in _ASSETS),
                    "other_assets",
                    "settlements_in_debit",
                ),
            ),
            Heading(code="of_liabilities", label=Text(uk="Зобов'язання", en="Liabilities")),
            *_LIABILITIES,
            _rest("other_liabilities", "Інші зобов'язання", "Other liabilities", "liability",
                  sign=-1),
            _rest("settlements_in_credit", "Розрахунки й позиція в кредиті",
                  "Settlements standing in credit", "asset_liability", sign=-1, standing=-1),
            Total(
                code="liabilities",
                label=Text(uk="Усього зобов'язань", en="Total liabilities"),
                parts=(*(line.code for line in _LIABILITIES), "other_liabilities",
                       "settlements_in_credit"),
            ),
            Heading(code="of_equity", label=Text(uk="Капітал", en="Equity")),
            *_EQUITY,
            _rest("result", "Результат, якого ще не віднесено до капіталу",
                  "Result not yet carried to equity", "income", "expense", sign=-1),
            Total(
                code="equity",
                label=Text(uk="Усього капіталу", en="Total equity"),
                parts=(*(line.code for line in _EQUITY), "result"),
            ),
            Total(
                code="liabilities_and_equity",
                label=Text(uk="Зобов'язання й капітал", en="Liabilities and equity"),
                parts=("liabilities", "equity"),
            ),
            Total(
                code="gap",
                label=Text(
                    uk="Різниця (розрахунки між відділеннями)",
                    en="Difference (settlements between branches)",
                ),
                parts=("assets", "-liabilities_and_equity"),
            ),
        ),
        columns=(
            Column(code="closing", label=Text(uk="На дату", en="On the date"),
                   measure=Measure.CLOSING),
            Column(
                code="before",
                label=Text(uk="Для порівняння", en="For comparison"),
                measure=Measure.CLOSING,
                span=Span.BEFORE,
            ),
        ),
        checks=(
            Zero(row="gap", label=Text(uk="Баланс сходиться", en="The balance sheet balances")),
        ),
        order=20,
    )
)  # fmt: skip

# --- Profit and loss ----------------------------------------------------------------------------


def _earned(code: str, uk: str, en: str, *codes: str, less: tuple[str, ...] = ()) -> Line:
    """Income, and expense below zero."""
    of = Of(codes=codes, less=less, kinds=("income", "expense"))
    return Line(code=code, label=Text(uk=uk, en=en), of=of, sign=-1)


_PROFIT_ROWS = (
    _earned("interest_income", "Процентні доходи", "Interest income", "60", "61"),
    _earned("interest_expense", "Процентні витрати", "Interest expense", "70"),
    Total(
        code="net_interest",
        label=Text(uk="Чистий процентний дохід", en="Net interest income"),
        parts=("interest_income", "interest_expense"),
    ),
    _earned("fee_income", "Комісійні доходи", "Fee income", "65"),
    _earned("fee_expense", "Комісійні витрати", "Fee expense", "75"),
    _earned("exchange", "Результат від валюти й торгівлі", "Foreign exchange and trading", "62"),
    _earned("impairment", "Відрахування до резервів", "Charge for credit losses", "67", "77"),
    _earned("other_income", "Інші операційні доходи", "Other operating income", "6"),
    Total(
        code="operating_income",
        label=Text(uk="Операційний дохід", en="Operating income"),
        parts=(
            "net_interest",
            "fee_income",
            "fee_expense",
            "exchange",
            "impairment",
            "other_income",
        ),
    ),
    _earned("staff", "Витрати на персонал", "Staff costs", "740"),
    _earned("depreciation", "Амортизація", "Depreciation and amortisation", "7423"),
    _earned("levies", "Податки й збори, крім податку на прибуток",
            "Taxes and levies other than on profit", "741"),
    _earned("other_expense", "Адміністративні та інші витрати", "Administrative and other costs",
            "", less=("79",)),
    Total(
        code="before_tax",
        label=Text(uk="Прибуток до оподаткування", en="Profit before tax"),
        parts=("operating_income", "staff", "depreciation", "levies", "other_expense"),
    ),
    _earned("income_tax", "Податок на прибуток", "Income tax", "79"),
    Total(
        code="profit",
        label=Text(uk="Чистий прибуток", en="Net profit"),
        parts=("before_tax", "income_tax"),
    ),
)  # fmt: skip
_PERIODS = (
    Column(code="this", label=_PERIOD, measure=Measure.TURNOVER),
    Column(code="before", label=_BEFORE, measure=Measure.TURNOVER, span=Span.BEFORE),
    Column(code="year", label=_YEAR, measure=Measure.TURNOVER, span=Span.YEAR),
)
PROFIT_AND_LOSS = report(
    Report(
        code="profit_and_loss",
        title=Text(uk="Звіт про прибутки та збитки", en="Profit and loss"),
        purpose=Text(
            uk="Доходи й витрати за період, за попередній і від початку року",
            en="Income and expense of a period, of the one before, and since the year began",
        ),
        permission=STATEMENTS,
        source=LEDGER,
        partition=True,
        rows=_PROFIT_ROWS,
        columns=_PERIODS,
        order=30,
    )
)
PROFIT_BY_BRANCH = report(
    Report(
        code="profit_by_branch",
        title=Text(uk="Прибутки та збитки за відділеннями", en="Profit and loss by branch"),
        purpose=Text(
            uk="Доходи й витрати за період, стовпець на кожне відділення",
            en="Income and expense of a period, a column for each branch",
        ),
        permission=STATEMENTS,
        source=LEDGER,
        partition=True,
        rows=_PROFIT_ROWS,
        columns=(
            Across(
                code="branch",
                measure=Measure.TURNOVER,
                of=Of(kinds=("income", "expense")),
            ),
            Column(code="total", label=_WHOLE, measure=Measure.TURNOVER),
        ),
        order=31,
    )
)
INTEREST = report(
    Report(
        code="interest",
        title=Text(uk="Процентні доходи та витрати", en="Interest income and expense"),
        purpose=Text(
            uk="Проценти за кожним рахунком плану, чистий дохід і періоди поряд",
            en="Interest on each GL account, the net of it, and periods side by side",
        ),
        permission=STATEMENTS,
        source=LEDGER,
        rows=(
            Heading(code="of_income", label=Text(uk="Доходи", en="Income")),
            Each(
                code="income",
                by=Dimension.GL,
                of=Of(codes=("60", "61")),
                sign=-1,
                total=Text(uk="Усього процентних доходів", en="Total interest income"),
            ),
            Heading(code="of_expense", label=Text(uk="Витрати", en="Expense")),
            Each(
                code="expense",
                by=Dimension.GL,
                of=Of(codes=("70",)),
                total=Text(uk="Усього процентних витрат", en="Total interest expense"),
            ),
            Total(
                code="net",
                label=Text(uk="Чистий процентний дохід", en="Net interest income"),
                parts=("income", "-expense"),
            ),
        ),
        columns=_PERIODS,
        order=40,
    )
)

# --- Currency position --------------------------------------------------------------------------

# What holds the position itself: the rest of a currency is what it is a position in.
_POSITION = ("3800", "3801")
_ON_BALANCE = ("asset", "liability", "asset_liability", "equity", "income", "expense")
CURRENCY_POSITION = report(
    Report(
        code="currency_position",
        title=Text(uk="Валютна позиція", en="Currency position"),
        purpose=Text(
            uk="Що банк має й винен у кожній валюті, і наскільки позиція відкрита",
            en="What the bank has and owes in each currency, and how far its position is open",
        ),
        permission=STATEMENTS,
        source=LEDGER,
        on_date=True,
        one_currency=False,
        rows=(Each(code="currency", by=Dimension.CURRENCY),),
        columns=(
            Column(
                code="assets",
                label=Text(uk="Активи", en="Assets"),
                measure=Measure.CLOSING,
                of=Of(kinds=("asset", "asset_liability"), less=_POSITION),
            ),
            Column(
                code="liabilities",
                label=Text(uk="Зобов'язання", en="Liabilities"),
                measure=Measure.CLOSING,
                of=Of(kinds=("liability",)),
                sign=-1,
            ),
            Column(
                code="own",
                label=Text(uk="Капітал і результат", en="Equity and result"),
                measure=Measure.CLOSING,
                of=Of(kinds=("equity", "income", "expense")),
                sign=-1,
            ),
            Column(
                code="open",
                label=Text(uk="Відкрита позиція", en="Open position"),
                measure=Measure.CLOSING,
                of=Of(kinds=_ON_BALANCE, less=_POSITION),
            ),
            Column(
                code="bought",
                label=Text(uk="Куплено, ще не отримано", en="Bought, to be received"),
                measure=Measure.CLOSING,
                of=Of(codes=("9200",)),
            ),
            Column(
                code="sold",
                label=Text(uk="Продано, ще не віддано", en="Sold, to be delivered"),
                measure=Measure.CLOSING,
                of=Of(codes=("9210",)),
                sign=-1,
            ),
        ),
        order=50,
    )
)

# --- Cash flow ----------------------------------------------------------------------------------


def _flow(code: str, uk: str, en: str, *codes: str) -> Line:
    """What came in, and below zero what went out, by the other side of entries that moved cash."""
    of = Of(codes=codes, items=(queries.CONTRA_ITEM,))
    return Line(code=code, label=Text(uk=uk, en=en), of=of, sign=-1, measure=Measure.TURNOVER)


_IS_CASH = Of(items=(queries.CASH_ITEM,))
_FLOWS = (
    _flow("customers", "Кошти клієнтів", "Accounts of customers", "25", "26", "29"),
    _flow("lending", "Кредити клієнтам", "Loans to customers", "20", "22", "24"),
    _flow("interbank", "Кошти в банках і кошти банків", "Interbank", "12", "15", "16"),
    _flow("interest", "Проценти", "Interest", "60", "61", "70"),
    _flow("fees", "Комісії", "Fees", "65", "75"),
    _flow("taxes_and_staff", "Персонал і податки", "Staff and taxes", "362", "365", "740", "741"),
    _flow("investing", "Цінні папери й необоротні активи", "Securities and long-lived assets",
          "14", "31", "32", "43", "44", "45", "46"),
    _flow("financing", "Капітал, борг і оренда", "Capital, debt and leases",
          "33", "361", "363", "366", "5"),
    _flow("rest", "Усе інше", "All else", ""),
)  # fmt: skip
CASH_FLOW_REPORT = report(
    Report(
        code="cash_flow",
        title=Text(uk="Рух грошових коштів", en="Cash flow"),
        purpose=Text(
            uk="Звідки прийшли й куди пішли готівка та кошти на коррахунках",
            en="Where cash and money on correspondent accounts came from and went",
        ),
        permission=STATEMENTS,
        source=CASH_FLOW,
        partition=True,
        rows=(
            Line(
                code="opening",
                label=Text(uk="Кошти на початок", en="Cash at the beginning"),
                of=_IS_CASH,
                measure=Measure.OPENING,
                shares=True,
            ),
            *_FLOWS,
            Total(
                code="net",
                label=Text(uk="Чистий рух", en="Net flow"),
                parts=tuple(line.code for line in _FLOWS),
            ),
            Line(
                code="closing",
                label=Text(uk="Кошти на кінець", en="Cash at the end"),
                of=_IS_CASH,
                measure=Measure.CLOSING,
                shares=True,
            ),
            Total(
                code="gap",
                label=Text(
                    uk="Різниця (розрахунки між відділеннями)",
                    en="Difference (settlements between branches)",
                ),
                parts=("opening", "net", "-closing"),
            ),
        ),
        columns=_PERIODS[:2],
        checks=(
            Zero(
                row="gap",
                label=Text(uk="Рух пояснює зміну коштів", en="Flows explain the change of cash"),
            ),
        ),
        order=60,
    )
)
