"""Reads of the bank's identity and of its dates."""

import datetime as dt

from apps.kernel import sql
from apps.kernel.models import Bank, BookingDate


def bank() -> Bank:
    """The bank's identity; one statement. Raises Bank.DoesNotExist before set-up."""
    return Bank.objects.get(id=1)


def current_date() -> dt.date | None:
    """The booking date that is open for business, or None before set-up; one statement."""
    found: dt.date | None = sql.value("SELECT date FROM kernel_bookingdate WHERE status = 'open'")
    return found


def closing_date() -> dt.date | None:
    """The booking date that is being closed, if there is one; one statement."""
    return BookingDate.objects.filter(status="closing").values_list("date", flat=True).first()


def last_closed_date() -> dt.date | None:
    """The newest date whose books are closed; one statement."""
    return (
        BookingDate.objects.filter(status="closed")
        .order_by("-date")
        .values_list("date", flat=True)
        .first()
    )
