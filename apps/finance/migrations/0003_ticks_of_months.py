"""What people tick before a month is closed; added and never changed."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("finance", "0002_adopted_budgets_stay")]

    operations = [
        migrations.CreateModel(
            name="MonthTick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("item", models.CharField(max_length=20)),
                ("done", models.BooleanField()),
                ("note", models.CharField(blank=True, max_length=500)),
                ("run_id", models.UUIDField(unique=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["month", "item", "id"], name="finance_monthtick_of_month")
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "v2.sql").read_text(encoding="utf-8"),
            """
            DROP TRIGGER append_only ON finance_monthtick;
            DROP TRIGGER no_truncate ON finance_monthtick;
            """,
        ),
    ]
