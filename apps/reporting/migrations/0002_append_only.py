"""Kept reports are added and never changed, and have the digest of their bytes."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0001_kept_reports"),
        ("ledger", "0002_posting_functions"),
    ]

    operations = [
        # Not reversible: going back would let kept reports be changed.
        migrations.RunSQL((SQL / "v1.sql").read_text(encoding="utf-8")),
    ]
