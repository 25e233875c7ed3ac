"""A close as it is kept: steps, chunks that workers claim, exceptions and proofs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class CloseRun(models.Model):
    """The close of one booking date."""

    class Status(models.TextChoices):
        RUNNING = "running"
        FINISHED = "finished"

    date = models.DateField(primary_key=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.RUNNING)
    # Who began it: a person, or the bank itself where beat did.
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    totals = models.JSONField(null=True)
    run_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["running", "finished"]), name="eod_closerun_status"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.status}"


class StepRun(models.Model):
    """One step of a close. `round` grows when the step is done anew before its date is closed."""

    class Status(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        # It had nothing to do.
        SKIPPED = "skipped"

    pk = models.CompositePrimaryKey("date", "step")
    date = models.DateField()
    step = models.CharField(max_length=80)
    place = models.PositiveSmallIntegerField()
    phase = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=7, choices=Status)
    round = models.PositiveSmallIntegerField(default=1)
    chunks = models.PositiveIntegerField(help_text="Of this round, those that were split included")
    totals = models.JSONField(null=True)
    finished_at = models.DateTimeField(null=True)
    run_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "done", "skipped"]), name="eod_steprun_status"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.step} {self.status}"


class ChunkRun(models.Model):
    """A part of a step: the row that a worker locks, does and marks in one transaction."""

    class Status(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        # Others took its place: smaller ones where it failed, or those of a further round.
        SPLIT = "split"
        FAILED = "failed"

    pk = models.CompositePrimaryKey("date", "step", "number")
    date = models.DateField()
    step = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    round = models.PositiveSmallIntegerField()
    # Ids of the step's subjects, both included; none where the step takes the bank as a whole.
    low = models.BigIntegerField(null=True)
    high = models.BigIntegerField(null=True)
    size = models.BigIntegerField()
    status = models.CharField(max_length=7, choices=Status, default=Status.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    run_id = models.UUIDField(null=True)

    class Meta:
        db_table = "eod_chunk"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["pending", "done", "split", "failed"]),
                name="eod_chunk_status",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True, high__isnull=True) | Q(low__lte=F("high")),
                name="eod_chunk_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.step} {self.number} {self.status}"


class CloseException(models.Model):
    """What could not be done, standing alone, with its reason and whose it is."""

    class Status(models.TextChoices):
        OPEN = "open"
        RESOLVED = "resolved"

    date = models.DateField()
    step = models.CharField(max_length=80)
    # The chunk that failed; none where the step's finish did.
    number = models.PositiveIntegerField(null=True)
    low = models.BigIntegerField(null=True)
    high = models.BigIntegerField(null=True)
    code = models.CharField(max_length=100)
    reason_uk = models.TextField()
    reason_en = models.TextField()
    owner = models.CharField(max_length=40, help_text="The app whose step it is")
    # The step waits for it: it sums up the bank as a whole, or cannot be cut.
    holds = models.BooleanField()
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    raised_at = models.DateTimeField()
    run_id = models.UUIDField()
    resolved_by_run_id = models.UUIDField(null=True)

    class Meta:
        db_table = "eod_exception"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "resolved"]), name="eod_exception_status"
            ),
        ]
        indexes = [
            models.Index(
                fields=["date", "step"], condition=Q(status="open"), name="eod_exception_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.step} {self.code}"


class Proof(models.Model):
    """An invariant as it was last proved for a date: how much contradicts it, and what first."""

    pk = models.CompositePrimaryKey("date", "name")
    date = models.DateField()
    name = models.CharField(max_length=80)
    violations = models.BigIntegerField()
    first_rows = models.JSONField()
    seconds = models.FloatField()
    proved_at = models.DateTimeField()
    run_id = models.UUIDField()

    class Meta:
        db_table = "eod_proof"

    def __str__(self) -> str:
        return f"{self.date} {self.name}: {self.violations}"
