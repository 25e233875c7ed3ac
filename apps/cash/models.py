"""Tills, the sessions in which tellers work at them, and what was counted in them.

What a till holds is its ledger account and nothing else; a count is a document beside the book,
with which the close compares it.
"""

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q


class Piece(models.Model):
    """A note or a coin that may be counted: each value of a currency once."""

    class Kind(models.TextChoices):
        NOTE = "note"
        COIN = "coin"

    currency = models.CharField(max_length=3)
    value_minor = models.BigIntegerField()
    # Where both are about, that which the central bank still puts into circulation.
    kind = models.CharField(max_length=4, choices=Kind)

    class Meta:
        ordering = ["currency", "-value_minor"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "value_minor"], name="cash_piece_once"),
            models.CheckConstraint(condition=Q(value_minor__gt=0), name="cash_piece_positive"),
            models.CheckConstraint(condition=Q(kind__in=["note", "coin"]), name="cash_piece_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.value_minor}"


class Till(models.Model):
    """A place where cash lies, in one currency; its balance is that of its limited account."""

    class Kind(models.TextChoices):
        VAULT = "vault"
        # A teller works at it, in sessions that begin and end with a count.
        COUNTER = "counter"
        # Cash in and out without sessions: a machine, a district of a bank that was taken over.
        POSITION = "position"

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT)
    currency = models.CharField(max_length=3)
    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")
    created_on = models.DateField()

    class Meta:
        ordering = ["branch_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "name", "currency"], name="cash_till_name_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["vault", "counter", "position"]), name="cash_till_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Session(models.Model):
    """A teller's work at a till on one booking date, between two counts.

    It belongs to its date: the next date does not open while it is open, and no posting of another
    date goes through it.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="sessions")
    teller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    booking_date = models.DateField()
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    opened_run_id = models.UUIDField()
    closed_run_id = models.UUIDField(null=True)
    # Counted less booked: positive is over, negative is short; known once it is closed.
    difference_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["till"], condition=Q(status="open"), name="cash_session_one_per_till"
            ),
            models.UniqueConstraint(
                fields=["teller"], condition=Q(status="open"), name="cash_session_one_per_teller"
            ),
            models.CheckConstraint(
                condition=Q(
                    status="open", closed_run_id__isnull=True, difference_minor__isnull=True
                )
                | Q(status="closed", closed_run_id__isnull=False, difference_minor__isnull=False),
                name="cash_session_closed_whole",
            ),
        ]
        indexes = [models.Index(fields=["booking_date", "till"], name="cash_session_of_date")]

    def __str__(self) -> str:
        return f"{self.till_id} {self.booking_date} {self.status}"


class Count(models.Model):
    """One line of what a teller counted: so many pieces of one value."""

    class Moment(models.TextChoices):
        OPENING = "opening"
        CLOSING = "closing"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="counts")
    moment = models.CharField(max_length=7, choices=Moment)
    value_minor = models.BigIntegerField()
    pieces = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "moment", "value_minor"], name="cash_count_once"
            ),
            models.CheckConstraint(condition=Q(pieces__gt=0), name="cash_count_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.pieces} x {self.value_minor}"


# Reference data: auditlog shows people its differences.
auditlog.register(Piece)
auditlog.register(Till)
