"""The journal of runs, their keys, approvals and messages."""

from auditlog.registry import auditlog
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Outcome(models.TextChoices):
    DONE = "done"
    PARKED = "parked"
    REFUSED = "refused"
    PREVIEWED = "previewed"


class OperationRun(models.Model):
    """One line of the journal: who asked for what, from where, and what came of it.

    Written once, complete, and never changed: the application's role has no UPDATE or DELETE on
    it, and a trigger refuses both to everybody.
    """

    id = models.UUIDField(primary_key=True)
    operation = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=9, choices=Outcome)
    origin = models.CharField(max_length=10)
    client = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    actor_name = models.CharField(max_length=200)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    approval_id = models.BigIntegerField(null=True)
    branch_id = models.BigIntegerField(null=True)
    booking_date = models.DateField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    command = models.JSONField()
    effect = models.JSONField(null=True)
    result = models.JSONField(null=True)
    refusal = models.JSONField(null=True)
    subjects = ArrayField(models.TextField())
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    # Both are set by the database: the clock at the insert, and the transaction that wrote it.
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["booking_date", "operation"], name="control_run_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.outcome} {self.id}"


class OperationKey(models.Model):
    """A key that is bound for ever: the same content gets the run's answer again."""

    pk = models.CompositePrimaryKey("origin", "client", "key")
    origin = models.CharField(max_length=10)
    client = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    fingerprint = models.BinaryField()
    run_id = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.origin}/{self.client}/{self.key}"


class ApprovalPolicy(models.Model):
    """When another pair of eyes is needed, whose, and what the close does with what waits."""

    class AtClose(models.TextChoices):
        EXPIRE = "expire"
        CARRY = "carry"
        BLOCK = "block"

    operation = models.CharField(max_length=80)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, null=True, blank=True)
    from_amount_minor = models.BigIntegerField(
        default=0, help_text="In minor units of the base currency; 0 for every amount"
    )
    role = models.CharField(max_length=40, help_text="Code of the role that may agree")
    checkers = models.PositiveSmallIntegerField(default=1)
    at_close = models.CharField(max_length=6, choices=AtClose, default=AtClose.CARRY)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "approval policies"
        constraints = [
            models.CheckConstraint(condition=Q(checkers__gte=1), name="control_policy_checkers"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} from {self.from_amount_minor}: {self.role}"


class Approval(models.Model):
    """A parked command that waits for other people's agreement to its meaning."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DECLINED = "declined"
        # Not done, as its effect was no longer the one that was signed: see `difference`.
        RETURNED = "returned"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    run_id = models.UUIDField(unique=True)
    operation = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    command = models.JSONField()
    meaning = models.JSONField()
    meaning_hash = models.CharField(max_length=64)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    maker_actor = models.JSONField()
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, null=True)
    role = models.CharField(max_length=40)
    checkers = models.PositiveSmallIntegerField()
    at_close = models.CharField(max_length=6)
    booking_date = models.DateField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    # In the words of whoever declined.
    reason = models.TextField(blank=True)
    difference = models.JSONField(null=True, help_text="What changed before it could be done")
    done_run_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "maker"], name="control_approval_maker"),
        ]
        indexes = [
            models.Index(
                fields=["role", "branch"],
                condition=Q(state="waiting"),
                name="control_approval_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.state}"


class ApprovalVote(models.Model):
    """One person's yes. The database holds that it is never the maker's, and never given twice."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="votes")
    # A copy, kept true by a composite foreign key, so that a CHECK can compare the two people.
    maker_id = models.BigIntegerField()
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    meaning_hash = models.CharField(max_length=64)
    run_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(maker_id=F("checker_id")), name="control_vote_by_another"
            ),
            models.UniqueConstraint(fields=["approval", "checker"], name="control_vote_once"),
        ]

    def __str__(self) -> str:
        return f"{self.checker_id} on {self.approval_id}"


class OutboxMessage(models.Model):
    """Something to do outside the database once the run that wrote it has committed."""

    run_id = models.UUIDField()
    topic = models.CharField(max_length=40)
    payload = models.JSONField()
    tries = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.topic} of {self.run_id}"


# Reference data: auditlog shows people its differences.
auditlog.register(ApprovalPolicy)
