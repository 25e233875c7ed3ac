"""Deposits of customers and what accrues on them. Interest is in minor units with a fraction."""

from django.db import models
from django.db.models import F, Q


class Deposit(models.Model):
    """An account of a customer under a product; its money is in the ledger account."""

    number = models.CharField(max_length=34)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="deposits"
    )
    product = models.ForeignKey("products.Product", on_delete=models.PROTECT, db_index=False)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, db_index=False)
    currency = models.CharField(max_length=3)
    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            # A constraint, as `unique=True` would add an index for LIKE that nobody uses.
            models.UniqueConstraint(fields=["number"], name="accounts_deposit_number_once"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="accounts_deposit_dates",
            ),
        ]
        indexes = [
            models.Index(
                fields=["closed_on"],
                condition=Q(closed_on__isnull=False),
                name="accounts_deposit_closed",
            )
        ]

    def __str__(self) -> str:
        return self.number


class Mandate(models.Model):
    """A person who may dispose of a deposit beside its owner, from a date to a date."""

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="mandates")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="mandates"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deposit", "customer"],
                condition=Q(valid_to__isnull=True),
                name="accounts_mandate_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} for {self.deposit_id}"


class Accrual(models.Model):
    """What a deposit earned on one day; partitioned by month, append-only, no zero rows.

    `basis_minor` is what earned it. A row without a basis settles a fraction of a minor unit when
    the deposit is closed.
    """

    pk = models.CompositePrimaryKey("booking_date", "deposit_id")
    booking_date = models.DateField()
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, db_constraint=False)
    version = models.ForeignKey("products.Version", on_delete=models.PROTECT, db_constraint=False)
    basis_minor = models.BigIntegerField()
    amount_minor = models.DecimalField(max_digits=24, decimal_places=10)

    class Meta:
        managed = False
        db_table = "accounts_accrual"

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.booking_date}: {self.amount_minor}"


class Capitalisation(models.Model):
    """Accrued interest that became the customer's money, through the accrual of a date.

    `gross = pit + levy + net`; `carried_minor` is the fraction that gross left, for the next time.
    Where all of it is such a fraction, the row tells that it was looked at, and has no entry.
    """

    pk = models.CompositePrimaryKey("deposit_id", "accrued_through")
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, db_constraint=False)
    accrued_through = models.DateField()
    booking_date = models.DateField()
    gross_minor = models.BigIntegerField()
    pit_minor = models.BigIntegerField()
    levy_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    carried_minor = models.DecimalField(max_digits=12, decimal_places=10)
    run_id = models.UUIDField()

    class Meta:
        managed = False
        db_table = "accounts_capitalisation"

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.booking_date}: {self.gross_minor}"


class AccrualTotal(models.Model):
    """Accrued interest of a product in a branch and currency, from the beginning through a date.

    `accrued_minor` is exact, `posted_minor` what the ledger's account for it has been credited: the
    first rounded. One row for each date on which it grew.
    """

    pk = models.CompositePrimaryKey("product_id", "branch_id", "currency", "booking_date")
    product = models.ForeignKey("products.Product", on_delete=models.PROTECT, db_constraint=False)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, db_constraint=False)
    currency = models.CharField(max_length=3)
    booking_date = models.DateField()
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, db_constraint=False)
    accrued_minor = models.DecimalField(max_digits=34, decimal_places=10)
    posted_minor = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "accounts_accrualtotal"

    def __str__(self) -> str:
        return f"{self.product_id} {self.branch_id} {self.booking_date}: {self.posted_minor}"
