"""Rules of pay, units, positions, staff, absences, items of pay and payrolls."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_accruals"),
        ("customers", "0002_numbers"),
        ("kernel", "0002_dates_and_names"),
        ("ledger", "0002_posting_functions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("title_uk", models.CharField(max_length=200)),
                ("title_en", models.CharField(max_length=200)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Employee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=8)),
                (
                    "contract",
                    models.CharField(
                        choices=[("permanent", "Permanent"), ("fixed_term", "Fixed Term")],
                        max_length=10,
                    ),
                ),
                ("contract_number", models.CharField(max_length=40)),
                ("contract_ends_on", models.DateField(null=True)),
                ("hired_on", models.DateField()),
                ("left_on", models.DateField(help_text="The last day of work", null=True)),
                ("leaving_reason", models.CharField(blank=True, max_length=200)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="employments",
                        to="customers.customer",
                    ),
                ),
                (
                    "deposit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.deposit",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="employments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="DeductionOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=11)),
                ("percent", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("recipient", models.CharField(max_length=200)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("run_id", models.UUIDField()),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="hr.employee",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LeaveKind",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("name_uk", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                (
                    "pay",
                    models.CharField(
                        choices=[
                            ("average", "Average"),
                            ("sick", "Sick"),
                            ("salary", "Salary"),
                            ("none", "None"),
                        ],
                        max_length=9,
                    ),
                ),
                ("days_per_year", models.PositiveSmallIntegerField(null=True)),
                ("needs_months", models.PositiveSmallIntegerField(null=True)),
                ("counts_as_work", models.BooleanField(help_text="Its days earn annual leave")),
                ("source", models.CharField(blank=True, max_length=400)),
                (
                    "verify",
                    models.BooleanField(
                        default=False, help_text="The source is unsure: check the law"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="hr_leavekind_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LeaveAdjustment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField()),
                ("days_hundredths", models.IntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("run_id", models.UUIDField()),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="hr.employee",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="hr.leavekind",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("order_number", models.CharField(blank=True, max_length=40)),
                ("run_id", models.UUIDField()),
                ("cancelled_on", models.DateField(null=True)),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to="hr.employee",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="hr.leavekind",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("allowance", "Allowance"),
                            ("bonus", "Bonus"),
                            ("award", "Award"),
                            ("aid", "Aid"),
                        ],
                        max_length=9,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("run_id", models.UUIDField()),
                ("cancelled_on", models.DateField(null=True)),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="hr.employee",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payroll",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "month",
                    models.DateField(help_text="The first day of the month that is paid for"),
                ),
                ("through", models.DateField(help_text="The last day that is paid for")),
                (
                    "only",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("discarded", "Discarded"),
                            ("posted", "Posted"),
                            ("reversed", "Reversed"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("prepared_on", models.DateField()),
                ("prepared_run_id", models.UUIDField()),
                ("posted_on", models.DateField(null=True)),
                ("posted_run_id", models.UUIDField(null=True)),
                ("reversed_on", models.DateField(null=True)),
                ("reversed_run_id", models.UUIDField(null=True)),
                ("taken_back", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("posted_on__isnull", False)),
                        fields=["posted_on"],
                        name="hr_payroll_by_posting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("month",),
                        name="hr_payroll_one_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("through__gte", models.F("month"))),
                        name="hr_payroll_through",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("posted_run_id__isnull", True),
                                ("reversed_run_id__isnull", True),
                                ("state__in", ["draft", "discarded"]),
                            ),
                            models.Q(
                                ("posted_run_id__isnull", False),
                                ("reversed_run_id__isnull", True),
                                ("state", "posted"),
                            ),
                            models.Q(
                                ("posted_run_id__isnull", False),
                                ("reversed_run_id__isnull", False),
                                ("state", "reversed"),
                            ),
                            _connector="OR",
                        ),
                        name="hr_payroll_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("minimum_wage_minor", models.BigIntegerField()),
                ("subsistence_minor", models.BigIntegerField()),
                (
                    "pit",
                    models.DecimalField(decimal_places=6, help_text="Percent of pay", max_digits=9),
                ),
                ("levy", models.DecimalField(decimal_places=6, max_digits=9)),
                ("contribution", models.DecimalField(decimal_places=6, max_digits=9)),
                ("contribution_disabled", models.DecimalField(decimal_places=6, max_digits=9)),
                ("ceiling_wages", models.PositiveSmallIntegerField()),
                ("benefit_percent", models.DecimalField(decimal_places=6, max_digits=9)),
                ("benefit_limit_percent", models.DecimalField(decimal_places=6, max_digits=9)),
                ("employer_sick_days", models.PositiveSmallIntegerField()),
                ("source", models.CharField(blank=True, max_length=400)),
                (
                    "verify",
                    models.BooleanField(
                        default=False, help_text="The source is unsure: check the law"
                    ),
                ),
            ],
            options={
                "ordering": ["valid_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("valid_from",), name="hr_payrule_one_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Payslip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("norm_days", models.PositiveSmallIntegerField()),
                ("worked_days", models.PositiveSmallIntegerField()),
                ("gross_minor", models.BigIntegerField()),
                ("benefit_minor", models.BigIntegerField()),
                ("pit_minor", models.BigIntegerField()),
                ("levy_minor", models.BigIntegerField()),
                ("base_minor", models.BigIntegerField()),
                ("contribution_minor", models.BigIntegerField()),
                ("deducted_minor", models.BigIntegerField()),
                ("net_minor", models.BigIntegerField()),
                ("brought_minor", models.BigIntegerField()),
                ("paid_minor", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.branch",
                    ),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payslips",
                        to="hr.employee",
                    ),
                ),
                (
                    "payroll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payslips",
                        to="hr.payroll",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayslipPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("amount_minor", models.BigIntegerField()),
                ("days", models.SmallIntegerField()),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="hr.deductionorder",
                    ),
                ),
                (
                    "payslip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="hr.payslip",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PersonalStatus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("benefit", models.CharField(max_length=8)),
                ("children", models.PositiveSmallIntegerField()),
                ("disabled", models.BooleanField()),
                ("insured_since", models.DateField(null=True)),
                ("run_id", models.UUIDField()),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statuses",
                        to="hr.employee",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "personal statuses",
            },
        ),
        migrations.CreateModel(
            name="PositionPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("posts_percent", models.PositiveIntegerField()),
                (
                    "position",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="hr.position",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("post_percent", models.PositiveSmallIntegerField()),
                ("salary_minor", models.BigIntegerField()),
                ("main_job", models.BooleanField()),
                ("run_id", models.UUIDField()),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="hr.employee",
                    ),
                ),
                (
                    "position",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="hr.position",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "terms",
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                ("name_uk", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("opened_on", models.DateField()),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.branch",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="hr.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.AddField(
            model_name="position",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="positions", to="hr.unit"
            ),
        ),
        migrations.AddField(
            model_name="payslip",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hr.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.UniqueConstraint(fields=("number",), name="hr_employee_number_once"),
        ),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_on__isnull", True)),
                fields=("customer",),
                name="hr_employee_employed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_on__isnull", True)),
                fields=("user",),
                name="hr_employee_user_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("left_on__isnull", True),
                    ("left_on__gte", models.F("hired_on")),
                    _connector="OR",
                ),
                name="hr_employee_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("contract", "permanent"), ("contract_ends_on__isnull", True)),
                    models.Q(
                        ("contract", "fixed_term"),
                        ("contract_ends_on__gte", models.F("hired_on")),
                        ("contract_ends_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="hr_employee_term",
            ),
        ),
        migrations.AddConstraint(
            model_name="deductionorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_minor__gt", 0),
                        ("amount_minor__isnull", False),
                        ("percent__isnull", True),
                    ),
                    models.Q(
                        ("amount_minor__isnull", True),
                        ("percent__gt", 0),
                        ("percent__isnull", False),
                        ("percent__lte", 100),
                    ),
                    _connector="OR",
                ),
                name="hr_deduction_percent_or_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gte", models.F("first_day"))),
                name="hr_absence_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("cancelled_on__isnull", True)),
                expressions=[
                    (models.F("employee"), "="),
                    (
                        models.Func(
                            models.F("first_day"),
                            models.F("last_day"),
                            models.Value("[]"),
                            function="daterange",
                        ),
                        "&&",
                    ),
                ],
                name="hr_absence_apart",
            ),
        ),
        migrations.AddIndex(
            model_name="payitem",
            index=models.Index(fields=["month", "employee"], name="hr_payitem_of_month"),
        ),
        migrations.AddConstraint(
            model_name="payitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="hr_payitem_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="personalstatus",
            index=models.Index(
                fields=["employee", "valid_from", "id"], name="hr_status_of_employee"
            ),
        ),
        migrations.AddIndex(
            model_name="terms",
            index=models.Index(
                fields=["employee", "valid_from", "id"], name="hr_terms_of_employee"
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(("salary_minor__gt", 0)), name="hr_terms_salary"
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("code",), name="hr_unit_code_once"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True),
                name="hr_unit_not_in_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.UniqueConstraint(fields=("code",), name="hr_position_code_once"),
        ),
        migrations.AddConstraint(
            model_name="payslip",
            constraint=models.UniqueConstraint(
                fields=("payroll", "employee"), name="hr_payslip_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payslip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "net_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("gross_minor"), "-", models.F("pit_minor")
                                ),
                                "-",
                                models.F("levy_minor"),
                            ),
                            "-",
                            models.F("deducted_minor"),
                        ),
                    )
                ),
                name="hr_payslip_net",
            ),
        ),
        migrations.AddConstraint(
            model_name="payslip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paid_minor", 0),
                    models.Q(
                        (
                            "paid_minor",
                            django.db.models.expressions.CombinedExpression(
                                models.F("net_minor"), "+", models.F("brought_minor")
                            ),
                        ),
                        ("paid_minor__gt", 0),
                    ),
                    _connector="OR",
                ),
                name="hr_payslip_paid",
            ),
        ),
    ]
