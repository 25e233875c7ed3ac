import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_bank_and_dates"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "booking_date",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("booking_date", models.DateField()),
                ("closing_minor", models.BigIntegerField()),
                ("debit_minor", models.BigIntegerField()),
                ("credit_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "ledger_accountday",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="GLDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "booking_date",
                        "gl_account_id",
                        "branch_id",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("booking_date", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("closing_minor", models.BigIntegerField()),
                ("debit_minor", models.BigIntegerField()),
                ("credit_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "ledger_glday",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("booking_date", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("balance_after_minor", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "ledger_posting",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="GLAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                ("name_uk", models.CharField(max_length=300)),
                ("name_en", models.CharField(max_length=300)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("asset", "Asset"),
                            ("liability", "Liability"),
                            ("equity", "Equity"),
                            ("income", "Income"),
                            ("expense", "Expense"),
                            ("asset_liability", "Asset Liability"),
                            ("off_balance", "Off Balance"),
                        ],
                        max_length=15,
                    ),
                ),
                ("side", models.SmallIntegerField()),
                ("contra_of", models.CharField(blank=True, max_length=40)),
                ("used_for", models.CharField(blank=True, max_length=300)),
                ("confidence", models.CharField(blank=True, max_length=6)),
                (
                    "verify",
                    models.BooleanField(
                        default=False, help_text="The source is unsure: check the law"
                    ),
                ),
                ("effective_from", models.DateField()),
            ],
            options={
                "verbose_name": "GL account",
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", [-1, 1])), name="ledger_gl_side"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("currency", models.CharField(max_length=3)),
                ("side", models.SmallIntegerField()),
                ("limited", models.BooleanField()),
                (
                    "owner",
                    models.CharField(
                        blank=True, help_text="What it belongs to, as kind:id", max_length=40
                    ),
                ),
                ("opened_on", models.DateField()),
                ("closed_on", models.DateField(null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="kernel.branch"
                    ),
                ),
                (
                    "gl_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="ledger.glaccount"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("placed_on", models.DateField()),
                ("expires_on", models.DateField(null=True)),
                ("released_on", models.DateField(null=True)),
                ("run_id", models.UUIDField()),
                ("released_by_run_id", models.UUIDField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="ledger.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="balance",
                        serialize=False,
                        to="ledger.account",
                    ),
                ),
                ("balance_minor", models.BigIntegerField(default=0)),
                ("held_minor", models.BigIntegerField(default=0)),
                ("floor_minor", models.BigIntegerField(default=0)),
                ("side", models.SmallIntegerField()),
                ("debits_blocked", models.BooleanField(default=False)),
                ("credits_blocked", models.BooleanField(default=False)),
                ("closed", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("held_minor__gte", 0)), name="ledger_held_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", [-1, 1])), name="ledger_balance_side"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.UUIDField(db_index=True)),
                ("kind", models.CharField(max_length=60)),
                ("booking_date", models.DateField()),
                ("value_date", models.DateField()),
                ("narrative", models.TextField(blank=True)),
                (
                    "reverses",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="ledger.entry",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["booking_date"], name="ledger_entry_by_date"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reverses__isnull", False)),
                        fields=("reverses",),
                        name="ledger_entry_reversed_once",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                fields=["gl_account", "branch", "currency"], name="ledger_account_gl"
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("released_on__isnull", True)),
                fields=["account"],
                name="ledger_hold_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="ledger_hold_positive"
            ),
        ),
    ]
