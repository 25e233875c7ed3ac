"""A payment is written once and never changed."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_payments")]

    operations = [
        migrations.RunSQL(
            (SQL / "v1.sql").read_text(encoding="utf-8"),
            """
            DROP TRIGGER append_only ON payments_payment;
            DROP TRIGGER no_truncate ON payments_payment;
            """,
        ),
    ]
