"""No part of a close without the whole, held by the database."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("eod", "0001_close_runs"),
        ("kernel", "0002_dates_and_names"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "v1.sql").read_text(encoding="utf-8"),
            """
            ALTER TABLE eod_proof DROP CONSTRAINT eod_proof_of_close;
            ALTER TABLE eod_exception DROP CONSTRAINT eod_exception_of_step;
            ALTER TABLE eod_chunk DROP CONSTRAINT eod_chunk_of_step;
            ALTER TABLE eod_steprun DROP CONSTRAINT eod_steprun_of_close;
            ALTER TABLE eod_closerun DROP CONSTRAINT eod_closerun_of_date;
            """,
        ),
    ]
