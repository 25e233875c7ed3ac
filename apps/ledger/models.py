"""The book. Amounts are in minor units, debit positive; only the posting functions write it."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class GLAccount(models.Model):
    """A line of the chart of accounts: data, with its date and how sure it is."""

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        EQUITY = "equity"
        INCOME = "income"
        EXPENSE = "expense"
        # Either, by the side on which its balance happens to stand.
        ASSET_LIABILITY = "asset_liability"
        OFF_BALANCE = "off_balance"

    code = models.CharField(max_length=12, unique=True)
    name_uk = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    kind = models.CharField(max_length=15, choices=Kind)
    # +1 where a debit raises it, -1 where a credit does.
    side = models.SmallIntegerField()
    contra_of = models.CharField(max_length=40, blank=True)
    used_for = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=6, blank=True)
    verify = models.BooleanField(default=False, help_text="The source is unsure: check the law")
    effective_from = models.DateField()

    class Meta:
        ordering = ["code"]
        verbose_name = "GL account"
        constraints = [
            models.CheckConstraint(condition=Q(side__in=[-1, 1]), name="ledger_gl_side"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_uk}"


class Account(models.Model):
    """A ledger account: static and wide; what moves is in its balance row and the postings."""

    number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    gl_account = models.ForeignKey(GLAccount, on_delete=models.PROTECT)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT)
    currency = models.CharField(max_length=3)
    side = models.SmallIntegerField()
    # Limited accounts have a balance row with a floor; the others have no limit, hold no
    # balance, and so are never a queue for those who post to them.
    limited = models.BooleanField()
    owner = models.CharField(max_length=40, blank=True, help_text="What it belongs to, as kind:id")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["gl_account", "branch", "currency"], name="ledger_account_gl"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Balance(models.Model):
    """The moving part of a limited account: one narrow row, updated in place (HOT).

    `balance_minor` is debit positive like the postings. What the floor limits is the natural
    balance, `side * balance_minor`, less what is held.
    """

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="balance"
    )
    balance_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    floor_minor = models.BigIntegerField(default=0)
    side = models.SmallIntegerField()
    debits_blocked = models.BooleanField(default=False)
    credits_blocked = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held_minor__gte=0), name="ledger_held_positive"),
            models.CheckConstraint(condition=Q(side__in=[-1, 1]), name="ledger_balance_side"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.balance_minor}"


class Hold(models.Model):
    """Money of an account that is kept back, with its reason, until released."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    placed_on = models.DateField()
    expires_on = models.DateField(null=True)
    released_on = models.DateField(null=True)
    run_id = models.UUIDField()
    released_by_run_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="ledger_hold_positive"),
        ]
        indexes = [
            models.Index(
                fields=["account"],
                condition=Q(released_on__isnull=True),
                name="ledger_hold_standing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount_minor} ({self.reason})"


class Entry(models.Model):
    """One balanced fact: what happened, on which dates, by which run, reversing what."""

    run_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=60)
    booking_date = models.DateField()
    value_date = models.DateField()
    narrative = models.TextField(blank=True)
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="reversals",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="ledger_entry_reversed_once",
            )
        ]
        indexes = [BrinIndex(fields=["booking_date"], name="ledger_entry_by_date")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Posting(models.Model):
    """One leg of an entry, debit positive, with the account's balance after it if it has one.

    Partitioned by month of booking date; the database's key is (account, booking date, id), and
    `id` alone is unique as one sequence gives it. Nothing refers to a posting.
    """

    id = models.BigIntegerField(primary_key=True)
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="postings", db_constraint=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="postings", db_constraint=False
    )
    booking_date = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    balance_after_minor = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_posting"

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.id}"


class AccountChange(models.Model):
    """What changed an account apart from postings, and the run to which it is owed.

    Written by the functions that open, limit and close accounts and place and release holds. What
    exactly was done is in the run's line of the journal, which the commit demands.
    """

    class Change(models.TextChoices):
        OPENED = "opened"
        LIMITED = "limited"
        HELD = "held"
        RELEASED = "released"
        CLOSED = "closed"

    run_id = models.UUIDField()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="changes", db_constraint=False
    )
    change = models.CharField(max_length=8, choices=Change)

    def __str__(self) -> str:
        return f"{self.account_id} {self.change}"


class ForcedOperation(models.Model):
    """An operation whose entries may pass a floor or a block: as it declares, by each migration."""

    name = models.CharField(primary_key=True, max_length=80)

    def __str__(self) -> str:
        return self.name


class MonthLock(models.Model):
    """A month that was locked against entries with a value date in it, or opened again.

    Rows are added and never changed; the last one of a month counts. `month` is its first day.
    """

    month = models.DateField()
    locked = models.BooleanField()
    run_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="ledger_monthlock_first_day"),
        ]
        indexes = [models.Index(fields=["month", "id"], name="ledger_monthlock_of_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {'locked' if self.locked else 'open'}"


class AccountDay(models.Model):
    """An account's closing balance and turnovers of a closed date on which it moved."""

    pk = models.CompositePrimaryKey("account_id", "booking_date")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False)
    booking_date = models.DateField()
    closing_minor = models.BigIntegerField()
    debit_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_accountday"

    def __str__(self) -> str:
        return f"{self.account_id} {self.booking_date}"


class GLDay(models.Model):
    """The same by GL account, branch and currency: one row for each that ever moved, each date."""

    pk = models.CompositePrimaryKey("booking_date", "gl_account_id", "branch_id", "currency")
    booking_date = models.DateField()
    gl_account = models.ForeignKey(GLAccount, on_delete=models.PROTECT, db_constraint=False)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, db_constraint=False)
    currency = models.CharField(max_length=3)
    closing_minor = models.BigIntegerField()
    debit_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_glday"

    def __str__(self) -> str:
        return f"{self.gl_account_id} {self.booking_date}"
