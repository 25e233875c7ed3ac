"""The journal, its keys and the votes are append-only; the database dates and owns each line."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("control", "0001_journal_and_approvals"),
        ("kernel", "0002_dates_and_names"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "v1.sql").read_text(encoding="utf-8"),
            """
            ALTER TABLE control_approvalvote DROP CONSTRAINT control_vote_maker_is_true;
            DROP FUNCTION control_refuse_change() CASCADE;
            ALTER TABLE control_operationrun DROP COLUMN xid, ALTER COLUMN at DROP DEFAULT;
            """,
        ),
    ]
