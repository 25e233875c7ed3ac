"""Owe floors, holds, openings and closings to the journal; let few operations force entries."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_snapshots_by_index")]

    operations = [
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.UUIDField()),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("opened", "Opened"),
                            ("limited", "Limited"),
                            ("held", "Held"),
                            ("released", "Released"),
                            ("closed", "Closed"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="ledger.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ForcedOperation",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
            ],
        ),
        # Not reversible: going back would open the holes again.
        migrations.RunSQL((SQL / "v2.sql").read_text(encoding="utf-8")),
    ]
