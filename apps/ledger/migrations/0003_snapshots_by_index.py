"""Let a snapshot find the last one of each account by its index, however new the month is."""

from django.db import migrations

SNAPSHOT = "ledger_snapshot_accounts_v1(date, bigint, bigint)"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_posting_functions")]

    operations = [
        # On the first dates of a month its partition is empty when the statement is planned, so that
        # reading all of it seems cheap; it fills while the statement runs, and each account would
        # read what the ones before it have written.
        migrations.RunSQL(
            f"ALTER FUNCTION {SNAPSHOT} SET enable_seqscan = off",
            f"ALTER FUNCTION {SNAPSHOT} RESET enable_seqscan",
        ),
    ]
