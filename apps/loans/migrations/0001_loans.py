"""Terms, applications, contracts with plans, what falls due and is paid; accruals come next."""

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
        ("products", "0003_loan_kind"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Accrual",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "booking_date",
                        "loan_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("booking_date", models.DateField()),
                ("number", models.SmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("day", "Day"),
                            ("rounding", "Rounding"),
                            ("correction", "Correction"),
                        ],
                        max_length=10,
                    ),
                ),
                ("basis_minor", models.BigIntegerField()),
                ("units", models.DecimalField(decimal_places=0, max_digits=34)),
            ],
            options={
                "db_table": "loans_accrual",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AccrualTotal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "product_id",
                        "branch_id",
                        "currency",
                        "booking_date",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("booking_date", models.DateField()),
                ("accrued_units", models.DecimalField(decimal_places=0, max_digits=40)),
                ("posted_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "loans_accrualtotal",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("months", models.PositiveSmallIntegerField()),
                ("due_day", models.PositiveSmallIntegerField()),
                ("purpose", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("disbursed", "Disbursed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("taken_on", models.DateField()),
                ("approved_minor", models.BigIntegerField(null=True)),
                ("approved_months", models.PositiveSmallIntegerField(null=True)),
                ("decided_on", models.DateField(null=True)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                (
                    "branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="kernel.branch",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="customers.customer"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deposit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.deposit",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="products.product",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Loan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=34)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("annual_rate", models.DecimalField(decimal_places=6, max_digits=9)),
                ("day_count", models.CharField(max_length=10)),
                ("months", models.PositiveSmallIntegerField()),
                ("due_day", models.PositiveSmallIntegerField()),
                (
                    "effective_rate",
                    models.DecimalField(
                        decimal_places=10,
                        help_text="Real annual rate with the fee, a part of one; none where it is beyond measure",
                        max_digits=23,
                        null=True,
                    ),
                ),
                ("opened_on", models.DateField()),
                ("interest_from", models.DateField()),
                ("next_due_on", models.DateField()),
                ("overdue_since", models.DateField(null=True)),
                ("closed_on", models.DateField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="ledger.account"
                    ),
                ),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="loans.application"
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="kernel.branch",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="customers.customer"
                    ),
                ),
                (
                    "deposit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="accounts.deposit"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="products.product",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("principal", "Principal"),
                            ("interest", "Interest"),
                            ("penalty", "Penalty"),
                        ],
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("paid_minor", models.BigIntegerField(default=0)),
                ("run_id", models.UUIDField()),
                (
                    "loan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charges",
                        to="loans.loan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("collected", "Collected"),
                            ("repaid", "Repaid"),
                            ("prepaid", "Prepaid"),
                            ("paid_off", "Paid Off"),
                            ("waived", "Waived"),
                            ("reversal", "Reversal"),
                        ],
                        max_length=10,
                    ),
                ),
                ("booking_date", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("principal_minor", models.BigIntegerField(default=0)),
                ("interest_minor", models.BigIntegerField(default=0)),
                ("penalty_minor", models.BigIntegerField(default=0)),
                ("early_principal_minor", models.BigIntegerField(default=0)),
                ("early_interest_minor", models.BigIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("run_id", models.UUIDField()),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="loans.loan",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="loans.payment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="loans.charge",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="loans.payment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("made_on", models.DateField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("disbursed", "Disbursed"),
                            ("shorter_term", "Shorter Term"),
                            ("smaller_instalment", "Smaller Instalment"),
                            ("reversed", "Reversed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("principal_minor", models.BigIntegerField(help_text="What the instalments repay")),
                ("level_minor", models.BigIntegerField()),
                ("run_id", models.UUIDField()),
                (
                    "loan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="loans.loan",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="loan",
            name="plan",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="loans.plan",
            ),
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("principal_minor", models.BigIntegerField()),
                ("interest_minor", models.BigIntegerField()),
                ("balance_minor", models.BigIntegerField(help_text="Principal after it")),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instalments",
                        to="loans.plan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField()),
                ("days_overdue", models.PositiveIntegerField()),
                ("bucket", models.PositiveSmallIntegerField()),
                (
                    "loan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standings",
                        to="loans.loan",
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
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("annuity", "annuity"),
                            ("equal_principal", "equal_principal"),
                            ("bullet", "bullet"),
                        ],
                        max_length=20,
                    ),
                ),
                ("annual_rate", models.DecimalField(decimal_places=6, max_digits=9)),
                (
                    "day_count",
                    models.CharField(
                        choices=[
                            ("ACT/365F", "ACT/365F"),
                            ("ACT/360", "ACT/360"),
                            ("ACT/ACT", "ACT/ACT"),
                            ("30/360", "30/360"),
                            ("30E/360", "30E/360"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "business_day",
                    models.CharField(
                        choices=[
                            ("unadjusted", "unadjusted"),
                            ("following", "following"),
                            ("preceding", "preceding"),
                            ("modified_following", "modified_following"),
                            ("modified_preceding", "modified_preceding"),
                        ],
                        max_length=20,
                    ),
                ),
                ("min_minor", models.BigIntegerField()),
                ("max_minor", models.BigIntegerField()),
                ("min_months", models.PositiveSmallIntegerField()),
                ("max_months", models.PositiveSmallIntegerField()),
                (
                    "grace_months",
                    models.PositiveSmallIntegerField(help_text="Instalments without principal"),
                ),
                (
                    "multiple_minor",
                    models.BigIntegerField(help_text="A level instalment is a multiple of it"),
                ),
                ("fee_rate", models.DecimalField(decimal_places=6, max_digits=9)),
                ("penalty_rate", models.DecimalField(decimal_places=6, max_digits=9)),
                (
                    "waiting_days",
                    models.PositiveSmallIntegerField(help_text="Days of a delay without a penalty"),
                ),
                (
                    "allocation",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("overdue_principal", "overdue_principal"),
                                ("overdue_interest", "overdue_interest"),
                                ("principal", "principal"),
                                ("interest", "interest"),
                                ("penalty", "penalty"),
                            ],
                            max_length=20,
                        ),
                        help_text="To what a payment goes first",
                        size=None,
                    ),
                ),
                ("principal_gl", models.CharField(max_length=12)),
                ("accrued_gl", models.CharField(max_length=12)),
                ("income_gl", models.CharField(max_length=12)),
                ("fee_gl", models.CharField(max_length=12)),
                ("penalty_gl", models.CharField(max_length=12)),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loan_terms",
                        to="products.product",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="loan",
            name="terms",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="loans.terms"
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="terms",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="loans.terms",
            ),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(
                condition=models.Q(("paid_minor__lt", models.F("amount_minor"))),
                fields=["loan"],
                name="loans_charge_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                fields=("loan", "due_on", "kind"), name="loans_charge_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    ("paid_minor__gte", 0),
                    ("paid_minor__lte", models.F("amount_minor")),
                ),
                name="loans_charge_paid_within",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["booking_date"], name="loans_payment_of_date"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("principal_minor"), "+", models.F("interest_minor")
                                    ),
                                    "+",
                                    models.F("penalty_minor"),
                                ),
                                "+",
                                models.F("early_principal_minor"),
                            ),
                            "+",
                            models.F("early_interest_minor"),
                        ),
                    )
                ),
                name="loans_payment_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_minor__lt", 0), ("kind", "reversal"), ("reverses__isnull", False)
                    ),
                    models.Q(
                        ("amount_minor__gt", 0),
                        ("reverses__isnull", True),
                        models.Q(("kind", "reversal"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="loans_payment_sign",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(
                fields=("payment", "charge"), name="loans_allocation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                fields=("loan", "number"), name="loans_plan_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="instalment",
            constraint=models.UniqueConstraint(
                fields=("plan", "due_on"), name="loans_instalment_one_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="instalment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("balance_minor__gte", 0),
                    ("interest_minor__gte", 0),
                    ("principal_minor__gte", 0),
                ),
                name="loans_instalment_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.UniqueConstraint(
                fields=("loan", "since"), name="loans_standing_one_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.UniqueConstraint(
                fields=("product", "valid_from"), name="loans_terms_one_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("annual_rate__gte", 0), ("fee_rate__gte", 0), ("penalty_rate__gte", 0)
                ),
                name="loans_terms_rates",
            ),
        ),
        migrations.AddConstraint(
            model_name="terms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("grace_months__lt", models.F("max_months")),
                    ("max_minor__gte", models.F("min_minor")),
                    ("max_months__gte", models.F("min_months")),
                    ("min_minor__gt", 0),
                    ("min_months__gt", 0),
                    ("multiple_minor__gt", 0),
                ),
                name="loans_terms_ranges",
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True)),
                fields=["next_due_on"],
                name="loans_loan_next_due",
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("overdue_since__isnull", False)),
                fields=["overdue_since"],
                name="loans_loan_overdue",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.UniqueConstraint(fields=("number",), name="loans_loan_number_once"),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_on__isnull", True),
                    ("closed_on__gte", models.F("opened_on")),
                    _connector="OR",
                ),
                name="loans_loan_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_on__isnull", True), ("overdue_since__isnull", True), _connector="OR"
                ),
                name="loans_loan_closed_owes_nothing",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "approved"])),
                fields=["branch", "id"],
                name="loans_application_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["waiting", "approved", "declined", "withdrawn", "disbursed"])
                ),
                name="loans_application_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0), ("due_day__gte", 1), ("due_day__lte", 31)
                ),
                name="loans_application_asked",
            ),
        ),
    ]
