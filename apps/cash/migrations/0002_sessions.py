"""What must never be false of sessions and counts, held by the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("cash", "0001_tills")]

    operations = [
        migrations.RunSQL(
            (SQL / "v1.sql").read_text(encoding="utf-8"),
            """
            DROP TRIGGER starts_open ON cash_session;
            DROP TRIGGER closes_once ON cash_session;
            DROP TRIGGER no_delete ON cash_session;
            DROP TRIGGER no_truncate ON cash_session;
            DROP TRIGGER append_only ON cash_count;
            DROP TRIGGER no_truncate ON cash_count;
            DROP FUNCTION cash_guard_session_start();
            DROP FUNCTION cash_guard_session();
            """,
        ),
    ]
