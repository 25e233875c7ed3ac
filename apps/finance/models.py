"""Budgets: dated versions of what a year is planned to earn and to cost. And ticks of months.

Amounts are in minor units of the base currency, positive on the side of their account: income as
income, expense as expense.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Budget(models.Model):
    """A version of a year's budget; the newest adopted one is in force.

    A draft may be changed by whoever plans. Once it is adopted, by two people, nothing of it is.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        ADOPTED = "adopted"

    year = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=7, choices=State)
    begun_on = models.DateField()
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    adopted_on = models.DateField(null=True)
    adopted_run_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "version"], name="finance_budget_version_once"),
            models.CheckConstraint(
                condition=Q(state="draft", adopted_on__isnull=True, adopted_run_id__isnull=True)
                | Q(state="adopted", adopted_on__isnull=False, adopted_run_id__isnull=False),
                name="finance_budget_state",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2999), name="finance_budget_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}/{self.version} {self.name}"


class BudgetLine(models.Model):
    """What is planned of a GL account in a branch and cost centre for a month.

    `centre` is the part of the number of an internal account, such as `IT`, or nothing.
    """

    budget = models.ForeignKey(
        Budget, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    gl_account = models.ForeignKey("ledger.GLAccount", on_delete=models.PROTECT, db_index=False)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, db_index=False)
    centre = models.CharField(max_length=12, blank=True)
    month = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "gl_account", "branch", "centre", "month"],
                name="finance_budgetline_once",
            ),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12) & ~Q(amount_minor=0),
                name="finance_budgetline_planned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget_id} {self.gl_account_id} {self.month}: {self.amount_minor}"


class MonthTick(models.Model):
    """That somebody said an item of a month's close is done, or is not; the last one counts.

    Who and when is in the run. `month` is its first day.
    """

    month = models.DateField()
    item = models.CharField(max_length=20)
    done = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)
    run_id = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["month", "item", "id"], name="finance_monthtick_of_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.item}"
