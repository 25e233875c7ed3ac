"""Reports that were kept: what they said, and what the bank knew when they said it."""

from django.db import models


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
