"""Partitioned postings, day snapshots, and the functions that alone write the book."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_book"),
        ("control", "0002_append_only"),
        ("kernel", "0002_dates_and_names"),
    ]

    operations = [
        # Not reversible: going back would destroy the book.
        migrations.RunSQL((SQL / "v1.sql").read_text(encoding="utf-8")),
    ]
