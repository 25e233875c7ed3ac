"""The verdicts of a reconciliation, one for each account and day of a source."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("ledger", "0002_posting_functions")]

    operations = [
        migrations.CreateModel(
            name="AccountDayVerdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=20)),
                ("booking_date", models.DateField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("equal", "equal"),
                            ("rounding", "rounding drift"),
                            ("order", "order within the day"),
                            ("other", "other"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "not_booked",
                                "the book has no entries of this account on this day",
                            ),
                            (
                                "rows_missing",
                                "the recorded balance contains an amount that no row of the source"
                                " brings",
                            ),
                            (
                                "unexplained",
                                "the difference is more than the source's rounding can explain",
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                ("ours_minor", models.BigIntegerField(null=True)),
                ("recorded_minor", models.BigIntegerField()),
                ("difference_minor", models.BigIntegerField(null=True)),
                ("gap_minor", models.BigIntegerField()),
                ("rounded_rows_to_date", models.PositiveIntegerField()),
                ("run_id", models.UUIDField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
            options={
                "verbose_name": "verdict on an account-day",
                "verbose_name_plural": "verdicts on account-days",
                "db_table": "conversion_verdict",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["source", "account", "booking_date"],
                        name="conversion_verdict_once",
                    )
                ],
                "indexes": [
                    models.Index(fields=["source", "verdict"], name="conversion_verdict_class")
                ],
            },
        ),
    ]
