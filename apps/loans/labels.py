"""How methods, kinds, states and buckets of loans are called by people, on screens and on paper."""

from collections.abc import Mapping
from types import MappingProxyType

from apps.kernel.daycount import DayCount
from apps.kernel.text import Text
from apps.loans.models import Application, Charge, Payment, Plan
from apps.loans.rules import BUCKETS, Early, Method, Portion

METHODS: Mapping[str, Text] = MappingProxyType(
    {
        Method.ANNUITY: Text(uk="рівними платежами", en="equal instalments"),
        Method.EQUAL_PRINCIPAL: Text(uk="рівними частинами боргу", en="equal parts of principal"),
        Method.BULLET: Text(uk="весь борг наприкінці", en="all principal at the end"),
    }
)
DAY_COUNTS: Mapping[str, Text] = MappingProxyType(
    {
        DayCount.ACT_365F: Text(uk="фактичні дні, рік 365 днів", en="actual days, year of 365"),
        DayCount.ACT_360: Text(uk="фактичні дні, рік 360 днів", en="actual days, year of 360"),
        DayCount.ACT_ACT: Text(uk="фактичні дні, рік як є", en="actual days, year as it is"),
        DayCount.THIRTY_360: Text(uk="місяць 30 днів, рік 360", en="month of 30 days, year of 360"),
        DayCount.THIRTY_E_360: Text(
            uk="місяць 30 днів, рік 360 (30E)", en="month of 30 days, year of 360 (30E)"
        ),
    }
)
CHARGES: Mapping[str, Text] = MappingProxyType(
    {
        Charge.Kind.PRINCIPAL: Text(uk="основний борг", en="principal"),
        Charge.Kind.INTEREST: Text(uk="відсотки", en="interest"),
        Charge.Kind.PENALTY: Text(uk="пеня", en="penalty"),
    }
)
PORTIONS: Mapping[str, Text] = MappingProxyType(
    {
        Portion.OVERDUE_PRINCIPAL: Text(uk="прострочений основний борг", en="overdue principal"),
        Portion.OVERDUE_INTEREST: Text(uk="прострочені відсотки", en="overdue interest"),
        Portion.PRINCIPAL: Text(uk="основний борг", en="principal"),
        Portion.INTEREST: Text(uk="відсотки", en="interest"),
        Portion.PENALTY: Text(uk="пеня", en="penalty"),
    }
)
PAYMENTS: Mapping[str, Text] = MappingProxyType(
    {
        Payment.Kind.COLLECTED: Text(uk="списано з рахунку", en="collected from the account"),
        Payment.Kind.REPAID: Text(uk="погашено", en="repaid"),
        Payment.Kind.PREPAID: Text(uk="достроково", en="early"),
        Payment.Kind.PAID_OFF: Text(uk="погашено повністю", en="paid off"),
        Payment.Kind.WAIVED: Text(uk="прощено", en="waived"),
        Payment.Kind.REVERSAL: Text(uk="сторно", en="reversal"),
    }
)
PLANS: Mapping[str, Text] = MappingProxyType(
    {
        Plan.Reason.DISBURSED: Text(uk="видача кредиту", en="payout of the loan"),
        Plan.Reason.SHORTER_TERM: Text(
            uk="дострокове погашення: коротший строк", en="early repayment: a shorter term"
        ),
        Plan.Reason.SMALLER_INSTALMENT: Text(
            uk="дострокове погашення: менші платежі", en="early repayment: smaller instalments"
        ),
        Plan.Reason.REVERSED: Text(
            uk="дострокове погашення сторновано", en="early repayment reversed"
        ),
    }
)
CHOICES: Mapping[str, Text] = MappingProxyType(
    {
        Early.SHORTER_TERM: Text(uk="коротший строк", en="a shorter term"),
        Early.SMALLER_INSTALMENT: Text(uk="менші платежі", en="smaller instalments"),
    }
)
# With the tone of a badge.
STATES: Mapping[str, tuple[str, Text]] = MappingProxyType(
    {
        Application.State.WAITING: ("warn", Text(uk="чекає рішення", en="waits for a decision")),
        Application.State.APPROVED: ("info", Text(uk="схвалено", en="approved")),
        Application.State.DECLINED: ("bad", Text(uk="відмовлено", en="declined")),
        Application.State.WITHDRAWN: ("", Text(uk="відкликано", en="withdrawn")),
        Application.State.DISBURSED: ("ok", Text(uk="видано", en="paid out")),
    }
)


def bucket(place: int) -> Text:
    """The days overdue of a place in BUCKETS, for example 8–30 days."""
    first = BUCKETS[place]
    if not first:
        return Text(uk="без прострочення", en="not overdue")
    if place == len(BUCKETS) - 1:
        return Text(uk=f"від {first} дн.", en=f"{first} days and more")
    last = BUCKETS[place + 1] - 1
    return Text(uk=f"{first}–{last} дн.", en=f"{first}–{last} days")


def tone(place: int) -> str:
    """The tone of a bucket's badge."""
    if not place:
        return "ok"
    return "bad" if BUCKETS[place] > 30 else "warn"
