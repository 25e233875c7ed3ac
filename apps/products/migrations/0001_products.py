"""Products with dated versions, and dated tax rates."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("current", "Current"), ("savings", "Savings")], max_length=10
                    ),
                ),
                ("name_uk", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("currency", models.CharField(max_length=3)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(choices=[("pit", "Pit"), ("levy", "Levy")], max_length=4),
                ),
                ("valid_from", models.DateField()),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=6, help_text="Percent of the interest", max_digits=9
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "verify",
                    models.BooleanField(
                        default=False, help_text="The source is unsure: check the law"
                    ),
                ),
            ],
            options={
                "ordering": ["code", "valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "valid_from"), name="products_taxrate_one_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gte", 0), ("rate__lte", 100)),
                        name="products_taxrate_percent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField()),
                (
                    "annual_rate",
                    models.DecimalField(decimal_places=6, help_text="Percent a year", max_digits=9),
                ),
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
                    "accrual_basis",
                    models.CharField(
                        choices=[
                            ("closing", "Closing"),
                            ("opening", "Opening"),
                            ("civil_code", "Civil Code"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "capitalisation",
                    models.CharField(
                        choices=[("none", "None"), ("monthly", "Monthly")], max_length=10
                    ),
                ),
                ("taxed", models.BooleanField(help_text="Interest is income of an individual")),
                ("deposit_gl", models.CharField(max_length=12)),
                ("accrued_gl", models.CharField(max_length=12)),
                ("expense_gl", models.CharField(max_length=12)),
                ("fee_gl", models.CharField(max_length=12)),
                ("penalty_gl", models.CharField(max_length=12)),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="products.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "valid_from"), name="products_version_one_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("annual_rate__gte", 0)),
                        name="products_version_rate_not_negative",
                    ),
                ],
            },
        ),
    ]
