"""The bank itself: its identity, branches, and the dates it lives on."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q


class Bank(models.Model):
    """Who this bank is: one row, written once at set-up."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name_uk = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    code = models.CharField(max_length=6, help_text="Bank code (MFO), six digits")
    country = models.CharField(max_length=2, default="UA")
    base_currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=64)
    first_date = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="kernel_bank_is_one"),
            models.CheckConstraint(condition=Q(code__regex=r"^\d{6}$"), name="kernel_bank_code"),
        ]

    def __str__(self) -> str:
        return self.name_uk


class Branch(models.Model):
    """A branch: a place of work and a dimension of the book, never a book of its own."""

    code = models.CharField(max_length=12, unique=True)
    name_uk = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "branches"

    def __str__(self) -> str:
        return f"{self.code} {self.name_uk}"


class BookingDate(models.Model):
    """One calendar day of the bank; at most two take postings: the open and the closing one."""

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSING = "closing"
        CLOSED = "closed"

    date = models.DateField(primary_key=True)
    status = models.CharField(max_length=8, choices=Status)
    opened_at = models.DateTimeField()
    closing_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "closing", "closed"]),
                name="kernel_bookingdate_status",
            ),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="open"), name="kernel_one_date_open"
            ),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="closing"), name="kernel_one_date_closing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.status}"


class Holiday(models.Model):
    """A day on which a country's banks do not settle; a dated table, as laws change it."""

    country = models.CharField(max_length=2)
    date = models.DateField()
    name_uk = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "date"], name="kernel_holiday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.date} {self.name_uk}"


# Reference data: auditlog shows people its differences.
auditlog.register(Bank)
auditlog.register(Branch)
auditlog.register(Holiday)
