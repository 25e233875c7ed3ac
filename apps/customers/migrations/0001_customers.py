"""Customers, with keys for their order and their search."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0002_dates_and_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=12)),
                ("kind", models.CharField(choices=[("person", "Person")], max_length=10)),
                ("last_name", models.CharField(max_length=100)),
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("patronymic", models.CharField(blank=True, max_length=100)),
                ("birth_date", models.DateField(db_index=True)),
                ("tax_number", models.CharField(blank=True, max_length=10, null=True)),
                ("no_tax_number_reason", models.CharField(blank=True, max_length=200)),
                ("phone", models.CharField(blank=True, help_text="E.164", max_length=16)),
                ("external_id", models.CharField(blank=True, max_length=60)),
                ("registered_on", models.DateField()),
                (
                    "name_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.Func(
                                models.F("last_name"),
                                models.Value(" "),
                                models.F("first_name"),
                                models.Value(" "),
                                models.F("patronymic"),
                                arg_joiner=" || ",
                                template="(%(expressions)s)",
                            ),
                            function="kernel_uk_key",
                        ),
                        output_field=models.TextField(db_collation="C"),
                    ),
                ),
                (
                    "name_search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Lower(
                            models.Func(
                                models.Func(
                                    models.Value(" "),
                                    models.F("last_name"),
                                    models.Value(" "),
                                    models.F("first_name"),
                                    models.Value(" "),
                                    models.F("patronymic"),
                                    arg_joiner=" || ",
                                    template="(%(expressions)s)",
                                ),
                                models.Value("'’ʼ"),
                                models.Value(""),
                                function="translate",
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="kernel.branch"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name_key", "id"], name="customers_by_name"),
                    models.Index(
                        condition=models.Q(("phone", ""), _negated=True),
                        fields=["phone"],
                        name="customers_by_phone",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["name_search"],
                        name="customers_by_words",
                        opclasses=["gin_trgm_ops"],
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("number",), name="customers_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("tax_number__isnull", False)),
                        fields=("tax_number",),
                        name="customers_tax_number_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("external_id",),
                        name="customers_external_id_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("tax_number__regex", "^[0-9]{10}$"), ("no_tax_number_reason", "")
                            ),
                            models.Q(
                                ("tax_number__isnull", True),
                                models.Q(("no_tax_number_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="customers_tax_number_or_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_name", ""), _negated=True),
                        name="customers_last_name_present",
                    ),
                ],
            },
        ),
    ]
