"""The sequence of public numbers; a customer is never deleted."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_customers"),
        ("ledger", "0002_posting_functions"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "v1.sql").read_text(encoding="utf-8"),
            """
            DROP TRIGGER no_delete ON customers_customer;
            DROP TRIGGER no_truncate ON customers_customer;
            DROP SEQUENCE customers_number_seq;
            """,
        ),
    ]
