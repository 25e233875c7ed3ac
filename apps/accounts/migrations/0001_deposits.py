"""Deposits and mandates; what accrues is made by the next migration."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0002_numbers"),
        ("kernel", "0002_dates_and_names"),
        ("ledger", "0002_posting_functions"),
        ("products", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Accrual",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "booking_date",
                        "deposit_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("booking_date", models.DateField()),
                ("basis_minor", models.BigIntegerField()),
                ("amount_minor", models.DecimalField(decimal_places=10, max_digits=24)),
            ],
            options={
                "db_table": "accounts_accrual",
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
                ("accrued_minor", models.DecimalField(decimal_places=10, max_digits=34)),
                ("posted_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "accounts_accrualtotal",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Capitalisation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "deposit_id",
                        "accrued_through",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("accrued_through", models.DateField()),
                ("booking_date", models.DateField()),
                ("gross_minor", models.BigIntegerField()),
                ("pit_minor", models.BigIntegerField()),
                ("levy_minor", models.BigIntegerField()),
                ("net_minor", models.BigIntegerField()),
                ("carried_minor", models.DecimalField(decimal_places=10, max_digits=12)),
                ("run_id", models.UUIDField()),
            ],
            options={
                "db_table": "accounts_capitalisation",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=34)),
                ("currency", models.CharField(max_length=3)),
                ("opened_on", models.DateField()),
                ("closed_on", models.DateField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="ledger.account"
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposits",
                        to="customers.customer",
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
            name="Mandate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="customers.customer",
                    ),
                ),
                (
                    "deposit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="accounts.deposit",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", False)),
                fields=["closed_on"],
                name="accounts_deposit_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.UniqueConstraint(
                fields=("number",), name="accounts_deposit_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_on__isnull", True),
                    ("closed_on__gte", models.F("opened_on")),
                    _connector="OR",
                ),
                name="accounts_deposit_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to__isnull", True)),
                fields=("deposit", "customer"),
                name="accounts_mandate_once",
            ),
        ),
    ]
