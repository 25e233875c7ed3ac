"""Dates that only move forward, Ukrainian order, and trigrams for search."""

from pathlib import Path

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_bank_and_dates")]

    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(
            (SQL / "v1.sql").read_text(encoding="utf-8"),
            """
            DROP TRIGGER forward_only ON kernel_bookingdate;
            DROP TRIGGER no_truncate ON kernel_bookingdate;
            DROP FUNCTION kernel_guard_date(), kernel_uk_key(text);
            """,
        ),
    ]
