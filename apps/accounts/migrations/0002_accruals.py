"""Partitioned accruals, payments of interest, exact totals; nothing of them ever changes."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_deposits"),
        ("ledger", "0002_posting_functions"),
    ]

    operations = [
        # Not reversible: going back would destroy what accrued.
        migrations.RunSQL((SQL / "v1.sql").read_text(encoding="utf-8")),
    ]
