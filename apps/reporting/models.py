"""Reports that were kept: what they said, and what the bank knew when they said it; and orders."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class KeptReport(models.Model):
    """A report as it was made once, to be looked at, repeated and compared; never changed.

    `content` is its figures as JSON, whose SHA-256 is `digest`; the database holds them together.
    The runs that it knew are those written up to `known_at` that are visible in `snapshot`; day
    snapshots count through `closed_through`.
    """

    run_id = models.UUIDField(unique=True)
    report = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField()
    parameters = models.JSONField()
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, null=True)
    known_at = models.DateTimeField()
    snapshot = models.TextField()
    closed_through = models.DateField()
    content = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["report", "branch"], name="reporting_kept_of_report")]

    def __str__(self) -> str:
        return f"{self.report} {self.id}"


class ReportOrder(models.Model):
    """A report that a worker makes and keeps for somebody, as it takes long.

    `tries` are those that were begun. A failed one says why in both languages; `kept` is what came
    of a done one.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    report = models.CharField(max_length=20)
    # As the command has them; what is left out is as on the report's screen.
    given = models.JSONField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    reason_uk = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    run_id = models.UUIDField(unique=True)
    kept = models.OneToOneField(KeptReport, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"])
                & (Q(state="done", kept__isnull=False) | ~Q(state="done") & Q(kept__isnull=True)),
                name="reporting_order_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["waiting", "running"]),
                name="reporting_order_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"{self.id}: {self.report} {self.state}"
