"""Loans: terms of products, applications, contracts with their plans, what falls due and is paid.

Amounts are in minor units. Principal and accrued interest are in the ledger; what stands here says
why, row by row, and is proved against it. Interest that accrues is in units of `rules.UNITS`.
"""

from auditlog.registry import auditlog
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.kernel.daycount import DayCount
from apps.kernel.workdays import BusinessDay
from apps.loans.rules import Method, Portion


class Terms(models.Model):
    """The terms of a loan product from a date until its next ones; rows are added, never changed.

    A contract keeps the terms under which it was made. Rates are in percent: `annual_rate` and
    `penalty_rate` a year, `fee_rate` of the amount.
    """

    product = models.ForeignKey(
        "products.Product", on_delete=models.PROTECT, related_name="loan_terms", db_index=False
    )
    valid_from = models.DateField()
    method = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Method])
    annual_rate = models.DecimalField(max_digits=9, decimal_places=6)
    day_count = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in DayCount]
    )
    business_day = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in BusinessDay]
    )
    min_minor = models.BigIntegerField()
    max_minor = models.BigIntegerField()
    min_months = models.PositiveSmallIntegerField()
    max_months = models.PositiveSmallIntegerField()
    grace_months = models.PositiveSmallIntegerField(help_text="Instalments without principal")
    multiple_minor = models.BigIntegerField(help_text="A level instalment is a multiple of it")
    fee_rate = models.DecimalField(max_digits=9, decimal_places=6)
    penalty_rate = models.DecimalField(max_digits=9, decimal_places=6)
    waiting_days = models.PositiveSmallIntegerField(help_text="Days of a delay without a penalty")
    allocation = ArrayField(
        models.CharField(max_length=20, choices=[(one.value, one.value) for one in Portion]),
        help_text="To what a payment goes first",
    )
    principal_gl = models.CharField(max_length=12)
    accrued_gl = models.CharField(max_length=12)
    income_gl = models.CharField(max_length=12)
    fee_gl = models.CharField(max_length=12)
    penalty_gl = models.CharField(max_length=12)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "valid_from"], name="loans_terms_one_a_day"),
            models.CheckConstraint(
                condition=Q(annual_rate__gte=0, fee_rate__gte=0, penalty_rate__gte=0),
                name="loans_terms_rates",
            ),
            models.CheckConstraint(
                condition=Q(
                    min_minor__gt=0,
                    max_minor__gte=F("min_minor"),
                    min_months__gt=0,
                    max_months__gte=F("min_months"),
                    grace_months__lt=F("max_months"),
                    multiple_minor__gt=0,
                ),
                name="loans_terms_ranges",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} from {self.valid_from}"


class Application(models.Model):
    """What a customer asks for, and what was decided; an approved one becomes one loan."""

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        DISBURSED = "disbursed"

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT)
    product = models.ForeignKey("products.Product", on_delete=models.PROTECT, db_index=False)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, db_index=False)
    deposit = models.ForeignKey("accounts.Deposit", on_delete=models.PROTECT, db_index=False)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    months = models.PositiveSmallIntegerField()
    due_day = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State)
    taken_on = models.DateField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, null=True, db_index=False)
    approved_minor = models.BigIntegerField(null=True)
    approved_months = models.PositiveSmallIntegerField(null=True)
    decided_on = models.DateField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
    )
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["waiting", "approved", "declined", "withdrawn", "disbursed"]
                ),
                name="loans_application_state",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, due_day__gte=1, due_day__lte=31),
                name="loans_application_asked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["branch", "id"],
                condition=Q(state__in=["waiting", "approved"]),
                name="loans_application_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.id}: {self.amount_minor} {self.currency}"


class Loan(models.Model):
    """A contract. Its principal is the balance of its own ledger account.

    `interest_from` is where the running interest period began, `next_due_on` when the next
    instalment falls due; `overdue_since` is the oldest due date with principal or interest unpaid.
    """

    number = models.CharField(max_length=34)
    application = models.OneToOneField(Application, on_delete=models.PROTECT)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT)
    product = models.ForeignKey("products.Product", on_delete=models.PROTECT, db_index=False)
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, db_index=False)
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, db_index=False)
    deposit = models.ForeignKey("accounts.Deposit", on_delete=models.PROTECT)
    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    annual_rate = models.DecimalField(max_digits=9, decimal_places=6)
    day_count = models.CharField(max_length=10)
    months = models.PositiveSmallIntegerField()
    due_day = models.PositiveSmallIntegerField()
    effective_rate = models.DecimalField(
        max_digits=23,
        decimal_places=10,
        null=True,
        help_text="Real annual rate with the fee, a part of one; none where it is beyond measure",
    )
    opened_on = models.DateField()
    # Of the plan that is followed; another one takes its place after a part was repaid early.
    plan = models.ForeignKey(
        "loans.Plan", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    interest_from = models.DateField()
    next_due_on = models.DateField()
    overdue_since = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="loans_loan_number_once"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="loans_loan_dates",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(overdue_since__isnull=True),
                name="loans_loan_closed_owes_nothing",
            ),
        ]
        indexes = [
            # Those that the close looks at: what falls due, and what is overdue.
            models.Index(
                fields=["next_due_on"],
                condition=Q(closed_on__isnull=True),
                name="loans_loan_next_due",
            ),
            models.Index(
                fields=["overdue_since"],
                condition=Q(overdue_since__isnull=False),
                name="loans_loan_overdue",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Plan(models.Model):
    """A version of a loan's schedule, from a date until the next one; never changed.

    `level_minor` is the payment of an annuity, the principal of equal parts, or zero.
    """

    class Reason(models.TextChoices):
        DISBURSED = "disbursed"
        SHORTER_TERM = "shorter_term"
        SMALLER_INSTALMENT = "smaller_instalment"
        # A reversal brings the plan before it back, as a version of its own.
        REVERSED = "reversed"

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="plans", db_index=False)
    number = models.PositiveSmallIntegerField()
    made_on = models.DateField()
    reason = models.CharField(max_length=20, choices=Reason)
    principal_minor = models.BigIntegerField(help_text="What the instalments repay")
    level_minor = models.BigIntegerField()
    run_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loan", "number"], name="loans_plan_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} plan {self.number}"


class Instalment(models.Model):
    """A line of a plan: what falls due on a date if everything before was paid in time."""

    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="instalments", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    principal_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    balance_minor = models.BigIntegerField(help_text="Principal after it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "due_on"], name="loans_instalment_one_a_day"),
            models.CheckConstraint(
                condition=Q(principal_minor__gte=0, interest_minor__gte=0, balance_minor__gte=0),
                name="loans_instalment_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number} {self.due_on}"


class Charge(models.Model):
    """What fell due on a date: principal, interest, or a penalty.

    `paid_minor` is written with each payment and proved against the allocations.
    """

    class Kind(models.TextChoices):
        PRINCIPAL = "principal"
        INTEREST = "interest"
        PENALTY = "penalty"

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="charges", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    run_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loan", "due_on", "kind"], name="loans_charge_once"),
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gt=0, paid_minor__gte=0, paid_minor__lte=F("amount_minor")
                ),
                name="loans_charge_paid_within",
            ),
        ]
        indexes = [
            models.Index(
                fields=["loan"],
                condition=Q(paid_minor__lt=F("amount_minor")),
                name="loans_charge_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.kind} {self.due_on}: {self.amount_minor}"


class Payment(models.Model):
    """Money, or a waiver, that ends what is owed; written once. A reversal has it with a minus.

    Principal, interest and penalty are what went to charges; `early_*` is what had not fallen due.
    """

    class Kind(models.TextChoices):
        COLLECTED = "collected"
        REPAID = "repaid"
        PREPAID = "prepaid"
        PAID_OFF = "paid_off"
        # A penalty that the bank does not insist on: no money moves.
        WAIVED = "waived"
        REVERSAL = "reversal"

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=10, choices=Kind)
    booking_date = models.DateField()
    amount_minor = models.BigIntegerField()
    principal_minor = models.BigIntegerField(default=0)
    interest_minor = models.BigIntegerField(default=0)
    penalty_minor = models.BigIntegerField(default=0)
    early_principal_minor = models.BigIntegerField(default=0)
    early_interest_minor = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    run_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    amount_minor=F("principal_minor")
                    + F("interest_minor")
                    + F("penalty_minor")
                    + F("early_principal_minor")
                    + F("early_interest_minor")
                ),
                name="loans_payment_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False, amount_minor__lt=0)
                | Q(reverses__isnull=True, amount_minor__gt=0) & ~Q(kind="reversal"),
                name="loans_payment_sign",
            ),
        ]
        indexes = [models.Index(fields=["booking_date"], name="loans_payment_of_date")]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.kind} {self.booking_date}: {self.amount_minor}"


class Allocation(models.Model):
    """Which part of a payment went to which charge."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="allocations", db_index=False
    )
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="allocations")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "charge"], name="loans_allocation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.charge_id}: {self.amount_minor}"


class Standing(models.Model):
    """How long a loan was overdue when it came into a bucket; one row for each change."""

    loan = models.ForeignKey(
        Loan, on_delete=models.PROTECT, related_name="standings", db_index=False
    )
    since = models.DateField()
    days_overdue = models.PositiveIntegerField()
    bucket = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loan", "since"], name="loans_standing_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.since}: bucket {self.bucket}"


class Accrual(models.Model):
    """What a loan earned on one day, exact; partitioned by month, append-only, no zero rows.

    Number zero is the day's own interest on `basis_minor`. Further rows of a day, without a basis,
    are what rounding gave or took where interest fell due, and corrections of days before.
    """

    class Kind(models.TextChoices):
        DAY = "day"
        ROUNDING = "rounding"
        CORRECTION = "correction"

    pk = models.CompositePrimaryKey("booking_date", "loan_id", "number")
    booking_date = models.DateField()
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, db_constraint=False)
    number = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    basis_minor = models.BigIntegerField()
    units = models.DecimalField(max_digits=34, decimal_places=0)

    class Meta:
        managed = False
        db_table = "loans_accrual"

    def __str__(self) -> str:
        return f"{self.loan_id} {self.booking_date}: {self.units}"


class AccrualTotal(models.Model):
    """Interest of a product in a branch and currency, from the beginning through a date.

    `accrued_units` is exact, `posted_minor` what the ledger's account for it has been debited: the
    first rounded. One row for each date on which it moved.
    """

    pk = models.CompositePrimaryKey("product_id", "branch_id", "currency", "booking_date")
    product = models.ForeignKey(
        "products.Product", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    branch = models.ForeignKey(
        "kernel.Branch", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    currency = models.CharField(max_length=3)
    booking_date = models.DateField()
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    accrued_units = models.DecimalField(max_digits=40, decimal_places=0)
    posted_minor = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "loans_accrualtotal"

    def __str__(self) -> str:
        return f"{self.product_id} {self.branch_id} {self.booking_date}: {self.posted_minor}"


# Reference data: auditlog shows people its differences.
auditlog.register(Terms)
