"""Booking dates and closes in the administration; they are run from their own screens."""

from django.contrib import admin

from apps.control.admin import CLOCK
from apps.control.adminsite.pages import OperationAdmin
from apps.eod.models import CloseException, CloseRun
from apps.kernel.models import BookingDate
from apps.kernel.text import Text


@admin.register(BookingDate)
class BookingDateAdmin(OperationAdmin):
    title = Text(uk="Операційні дні", en="Booking dates")
    group = CLOCK
    permission = "eod.run_close"
    columns = ("date", "status", "opened_at", "closing_at", "closed_at")
    ordering = ("-date",)


@admin.register(CloseRun)
class CloseRunAdmin(OperationAdmin):
    title = Text(uk="Закриття днів", en="Closes of days")
    group = CLOCK
    permission = "eod.run_close"
    columns = ("date", "status", "started_by", "started_at", "finished_at")
    ordering = ("-date",)


@admin.register(CloseException)
class CloseExceptionAdmin(OperationAdmin):
    title = Text(uk="Винятки закриття", en="Exceptions of the close")
    group = CLOCK
    permission = "eod.run_close"
    columns = ("date", "step", "code", "owner", "status", "raised_at")
    ordering = ("-id",)
