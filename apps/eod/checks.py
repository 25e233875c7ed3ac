"""What a month needs of its closes before it is closed itself."""

from typing import Any

from apps.control.declarations import INVARIANTS, MONTH_CHECKS, STEPS, MonthCheck
from apps.kernel.registry import Registry
from apps.kernel.text import Text


def _called(left: str, declared: Registry[Any]) -> str:
    """A day with the title of what stands behind it by its name, where that is still declared."""
    day, _, name = left.partition(" ")
    return f"{day} {declared[name].title}" if name in declared else left


MONTH_CHECKS.add(
    "eod.days_closed",
    MonthCheck(
        name="eod.days_closed",
        title=Text(uk="Усі дні місяця закрито", en="Every date of the month is closed"),
        statement="""
            SELECT to_char(day, 'DD.MM.YYYY')
              FROM kernel_bank bank
             CROSS JOIN generate_series(greatest(%(first)s::date, bank.first_date),
                                        %(last)s::date, '1 day') AS day
              LEFT JOIN kernel_bookingdate d ON d.date = day::date AND d.status = 'closed'
             WHERE d.date IS NULL ORDER BY day""",
    ),
)

MONTH_CHECKS.add(
    "eod.proofs_hold",
    MonthCheck(
        name="eod.proofs_hold",
        title=Text(
            uk="Перевірки книг нічого не знайшли", en="The proofs of the books found nothing"
        ),
        statement="""
            SELECT to_char(p.date, 'DD.MM.YYYY') || ' ' || p.name FROM eod_proof p
             WHERE p.date BETWEEN %(first)s AND %(last)s AND p.violations > 0
             ORDER BY p.date, p.name""",
        called=lambda left: _called(left, INVARIANTS),
    ),
)

MONTH_CHECKS.add(
    "eod.exceptions_resolved",
    MonthCheck(
        name="eod.exceptions_resolved",
        title=Text(uk="Винятки закриттів розібрано", en="Exceptions of the closes are resolved"),
        statement="""
            SELECT to_char(e.date, 'DD.MM.YYYY') || ' ' || e.step FROM eod_exception e
             WHERE e.date BETWEEN %(first)s AND %(last)s AND e.status = 'open'
             ORDER BY e.date, e.id""",
        called=lambda left: _called(left, STEPS),
    ),
)
