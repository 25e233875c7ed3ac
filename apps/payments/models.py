"""Payments to and from other banks: the counterparty of what went through the nostro."""

from django.db import models
from django.db.models import Q


class Payment(models.Model):
    """A payment's document: the bank and the account at the other end, and what it was for.

    It is written with its run, whose one entry moved the money, and never changed; that it was
    taken back is told by the book, where the entry has a reversal.
    """

    class Direction(models.TextChoices):
        OUT = "out"
        IN = "in"

    run_id = models.UUIDField(unique=True)
    booking_date = models.DateField()
    direction = models.CharField(max_length=3, choices=Direction)
    deposit = models.ForeignKey("accounts.Deposit", on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    bank = models.CharField(max_length=20, help_text="Code of the other bank")
    account = models.CharField(max_length=40, help_text="Account in the other bank")
    purpose = models.CharField(max_length=420)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=["out", "in"]), name="payments_payment_direction"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_payment_positive"
            ),
        ]
        indexes = [models.Index(fields=["booking_date"], name="payments_payment_of_date")]

    def __str__(self) -> str:
        return f"{self.direction} {self.amount_minor} {self.currency}"
