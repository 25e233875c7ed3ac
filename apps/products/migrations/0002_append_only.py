"""Terms and rates are added and never changed; a date can be held open."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0001_products"),
        ("ledger", "0002_posting_functions"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "v1.sql").read_text(encoding="utf-8"),
            """
            DROP FUNCTION products_hold_date_v1(date);
            DROP TRIGGER append_only ON products_version;
            DROP TRIGGER no_truncate ON products_version;
            DROP TRIGGER append_only ON products_taxrate;
            DROP TRIGGER no_truncate ON products_taxrate;
            """,
        ),
    ]
