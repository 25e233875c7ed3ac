"""Units, positions, staff and their pay. Who a person is stands in `customers`; pay is nobody's
business but that of those who may see it (see apps.hr.queries.PaySight), so it is not audited by
differences of rows. Amounts are in minor units of the base currency.
"""

from auditlog.registry import auditlog
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


class PayRule(models.Model):
    """What the law takes from pay, from a date until the next line; see data/README.md."""

    valid_from = models.DateField()
    minimum_wage_minor = models.BigIntegerField()
    subsistence_minor = models.BigIntegerField()
    pit = models.DecimalField(max_digits=9, decimal_places=6, help_text="Percent of pay")
    levy = models.DecimalField(max_digits=9, decimal_places=6)
    contribution = models.DecimalField(max_digits=9, decimal_places=6)
    contribution_disabled = models.DecimalField(max_digits=9, decimal_places=6)
    ceiling_wages = models.PositiveSmallIntegerField()
    benefit_percent = models.DecimalField(max_digits=9, decimal_places=6)
    benefit_limit_percent = models.DecimalField(max_digits=9, decimal_places=6)
    employer_sick_days = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=400, blank=True)
    verify = models.BooleanField(default=False, help_text="The source is unsure: check the law")

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="hr_payrule_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"from {self.valid_from}"


class LeaveKind(models.Model):
    """A kind of absence: what is paid for it, and what a working year earns of it."""

    class Pay(models.TextChoices):
        AVERAGE = "average"
        SICK = "sick"
        SALARY = "salary"
        NONE = "none"

    code = models.CharField(max_length=20)
    name_uk = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    pay = models.CharField(max_length=9, choices=Pay)
    # Empty where there is no balance; zero where days are given by adjustments alone.
    days_per_year = models.PositiveSmallIntegerField(null=True)
    needs_months = models.PositiveSmallIntegerField(null=True)
    counts_as_work = models.BooleanField(help_text="Its days earn annual leave")
    source = models.CharField(max_length=400, blank=True)
    verify = models.BooleanField(default=False, help_text="The source is unsure: check the law")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="hr_leavekind_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_uk}"


class Unit(models.Model):
    """A part of the bank's organisation; its branch is the cost centre of its pay."""

    code = models.CharField(max_length=12)
    name_uk = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    branch = models.ForeignKey("kernel.Branch", on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="hr_unit_code_once"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="hr_unit_not_in_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_uk}"


class Position(models.Model):
    """A job in a unit, and the roles of the bank's system that go with it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="positions")
    code = models.CharField(max_length=20)
    title_uk = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    roles = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="hr_position_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title_uk}"


class PositionPlan(models.Model):
    """How many posts the staffing plan has, in percent of one post, from a date on; the last line
    of a date counts.
    """

    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="plans")
    valid_from = models.DateField()
    posts_percent = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.position_id} from {self.valid_from}: {self.posts_percent} %"


class Employee(models.Model):
    """One employment of a person from the day of hiring to the last day; history is in versions."""

    class Contract(models.TextChoices):
        PERMANENT = "permanent"
        FIXED_TERM = "fixed_term"

    number = models.CharField(max_length=8)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="employments"
    )
    # Where net pay goes: an account of the person's own in this bank.
    deposit = models.ForeignKey("accounts.Deposit", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="employments"
    )
    contract = models.CharField(max_length=10, choices=Contract)
    contract_number = models.CharField(max_length=40)
    contract_ends_on = models.DateField(null=True)
    hired_on = models.DateField()
    left_on = models.DateField(null=True, help_text="The last day of work")
    leaving_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="hr_employee_number_once"),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(left_on__isnull=True),
                name="hr_employee_employed_once",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(left_on__isnull=True), name="hr_employee_user_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("hired_on")),
                name="hr_employee_dates",
            ),
            models.CheckConstraint(
                condition=Q(contract="permanent", contract_ends_on__isnull=True)
                | Q(
                    contract="fixed_term",
                    contract_ends_on__isnull=False,
                    contract_ends_on__gte=F("hired_on"),
                ),
                name="hr_employee_term",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Terms(models.Model):
    """Where a person works and for how much, from a date on; the last line of a date counts."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="terms")
    valid_from = models.DateField()
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="terms")
    # A half of a post is 50; the salary is what is paid for this part.
    post_percent = models.PositiveSmallIntegerField()
    salary_minor = models.BigIntegerField()
    main_job = models.BooleanField()
    run_id = models.UUIDField()

    class Meta:
        verbose_name_plural = "terms"
        indexes = [
            models.Index(fields=["employee", "valid_from", "id"], name="hr_terms_of_employee")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(salary_minor__gt=0), name="hr_terms_salary"),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} from {self.valid_from}"


class PersonalStatus(models.Model):
    """What the law asks to know for taxes and sick pay, from a date on; the last line counts."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="statuses")
    valid_from = models.DateField()
    benefit = models.CharField(max_length=8)
    children = models.PositiveSmallIntegerField()
    disabled = models.BooleanField()
    insured_since = models.DateField(null=True)
    run_id = models.UUIDField()

    class Meta:
        verbose_name_plural = "personal statuses"
        indexes = [
            models.Index(fields=["employee", "valid_from", "id"], name="hr_status_of_employee")
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} from {self.valid_from}"


class Absence(models.Model):
    """A leave, both days included; what was cancelled stays as history."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="absences")
    kind = models.ForeignKey(LeaveKind, on_delete=models.PROTECT, db_index=False)
    first_day = models.DateField()
    last_day = models.DateField()
    order_number = models.CharField(max_length=40, blank=True)
    run_id = models.UUIDField()
    cancelled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="hr_absence_dates"
            ),
            # Nobody is absent twice at once.
            ExclusionConstraint(
                name="hr_absence_apart",
                expressions=[
                    (F("employee"), RangeOperators.EQUAL),
                    (
                        Func(F("first_day"), F("last_day"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(cancelled_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.first_day}–{self.last_day}"


class LeaveAdjustment(models.Model):
    """Days added to a balance of leave or taken off it, in hundredths, with the reason."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="adjustments")
    kind = models.ForeignKey(LeaveKind, on_delete=models.PROTECT, db_index=False)
    date = models.DateField()
    days_hundredths = models.IntegerField()
    reason = models.CharField(max_length=200)
    run_id = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.employee_id} {self.date}: {self.days_hundredths}"


class PayItem(models.Model):
    """Something beside the salary, for one month: a bonus, an allowance, material aid."""

    class Kind(models.TextChoices):
        ALLOWANCE = "allowance"
        BONUS = "bonus"
        # Once, and so outside of average earnings.
        AWARD = "award"
        AID = "aid"

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="items")
    month = models.DateField()
    kind = models.CharField(max_length=9, choices=Kind)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    run_id = models.UUIDField()
    cancelled_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["month", "employee"], name="hr_payitem_of_month")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="hr_payitem_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.month} {self.kind}"


class DeductionOrder(models.Model):
    """What is kept back for others from a date to a date: a percentage, or an amount a month."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="orders")
    kind = models.CharField(max_length=11)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    amount_minor = models.BigIntegerField(null=True)
    recipient = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    run_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True, amount_minor__isnull=False, amount_minor__gt=0)
                | Q(
                    percent__isnull=False,
                    percent__gt=0,
                    percent__lte=100,
                    amount_minor__isnull=True,
                ),
                name="hr_deduction_percent_or_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.kind} from {self.valid_from}"


class Payroll(models.Model):
    """The pay of a month through a day of it, less what was paid before: a draft until posted."""

    class State(models.TextChoices):
        DRAFT = "draft"
        # Another one was prepared in its place.
        DISCARDED = "discarded"
        POSTED = "posted"
        REVERSED = "reversed"

    month = models.DateField(help_text="The first day of the month that is paid for")
    through = models.DateField(help_text="The last day that is paid for")
    # These alone; nobody named: everybody.
    only = ArrayField(models.BigIntegerField(), default=list, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    # SHA-256 of all lines: what was prepared is what is posted.
    digest = models.CharField(max_length=64)
    prepared_on = models.DateField()
    prepared_run_id = models.UUIDField()
    posted_on = models.DateField(null=True)
    posted_run_id = models.UUIDField(null=True)
    reversed_on = models.DateField(null=True)
    reversed_run_id = models.UUIDField(null=True)
    # Whether the reversal took what was paid back from the accounts.
    taken_back = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month"], condition=Q(state="draft"), name="hr_payroll_one_draft"
            ),
            models.CheckConstraint(condition=Q(through__gte=F("month")), name="hr_payroll_through"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "discarded"],
                    posted_run_id__isnull=True,
                    reversed_run_id__isnull=True,
                )
                | Q(state="posted", posted_run_id__isnull=False, reversed_run_id__isnull=True)
                | Q(state="reversed", posted_run_id__isnull=False, reversed_run_id__isnull=False),
                name="hr_payroll_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["posted_on"],
                condition=Q(posted_on__isnull=False),
                name="hr_payroll_by_posting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} through {self.through}: {self.state}"


class Payslip(models.Model):
    """One person's line of a payroll: what is due since the last one of the same month.

    `net = gross - pit - levy - deducted`; what is paid is the net with what was `brought` from
    before, unless that is less than nothing or the account takes no money.
    """

    payroll = models.ForeignKey(Payroll, on_delete=models.PROTECT, related_name="payslips")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="payslips")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, db_index=False, related_name="+")
    branch = models.ForeignKey(
        "kernel.Branch", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    norm_days = models.PositiveSmallIntegerField()
    worked_days = models.PositiveSmallIntegerField()
    gross_minor = models.BigIntegerField()
    benefit_minor = models.BigIntegerField()
    pit_minor = models.BigIntegerField()
    levy_minor = models.BigIntegerField()
    base_minor = models.BigIntegerField()
    contribution_minor = models.BigIntegerField()
    deducted_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    brought_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payroll", "employee"], name="hr_payslip_once"),
            models.CheckConstraint(
                condition=Q(
                    net_minor=F("gross_minor")
                    - F("pit_minor")
                    - F("levy_minor")
                    - F("deducted_minor")
                ),
                name="hr_payslip_net",
            ),
            models.CheckConstraint(
                condition=Q(paid_minor=0)
                | Q(paid_minor__gt=0, paid_minor=F("net_minor") + F("brought_minor")),
                name="hr_payslip_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payroll_id}: {self.employee_id}"


class PayslipPart(models.Model):
    """A component of a payslip: something earned, or what an order keeps back."""

    payslip = models.ForeignKey(Payslip, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=12)
    # Where it is a deduction.
    order = models.ForeignKey(DeductionOrder, on_delete=models.PROTECT, null=True, db_index=False)
    amount_minor = models.BigIntegerField()
    days = models.SmallIntegerField()

    def __str__(self) -> str:
        return f"{self.payslip_id}: {self.kind}"


# Reference data: auditlog shows people its differences. Nothing that tells pay is among it.
auditlog.register(PayRule)
auditlog.register(LeaveKind)
auditlog.register(Unit)
auditlog.register(Position)
auditlog.register(Employee)
