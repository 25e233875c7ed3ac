"""Partitioned accruals and their totals; what is added and never changed; locks, partitions."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0001_loans"),
        ("ledger", "0002_posting_functions"),
    ]

    operations = [
        # Not reversible: going back would destroy what accrued.
        migrations.RunSQL((SQL / "v1.sql").read_text(encoding="utf-8")),
    ]
