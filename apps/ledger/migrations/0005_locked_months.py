"""Lock months against entries with a value date in them."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_changes_owed_to_runs")]

    operations = [
        migrations.CreateModel(
            name="MonthLock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("locked", models.BooleanField()),
                ("run_id", models.UUIDField(unique=True)),
            ],
            options={
                "indexes": [models.Index(fields=["month", "id"], name="ledger_monthlock_of_month")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="ledger_monthlock_first_day"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "v3.sql").read_text(encoding="utf-8"),
            """
            DROP TRIGGER month_open ON ledger_entry;
            DROP FUNCTION ledger_refuse_locked_month_v1();
            DROP TRIGGER dates_closed ON ledger_monthlock;
            DROP FUNCTION ledger_guard_lock_v1();
            DROP TRIGGER owed ON ledger_monthlock;
            DROP TRIGGER no_truncate ON ledger_monthlock;
            DROP TRIGGER append_only ON ledger_monthlock;
            """,
        ),
    ]
