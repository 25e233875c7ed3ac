"""Lines of a budget change in a draft alone; what was adopted stays."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("finance", "0001_budgets"),
        ("ledger", "0002_posting_functions"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "v1.sql").read_text(encoding="utf-8"),
            """
            DROP TRIGGER draft_only ON finance_budget;
            DROP TRIGGER no_truncate ON finance_budget;
            DROP TRIGGER draft_only ON finance_budgetline;
            DROP TRIGGER no_truncate ON finance_budgetline;
            DROP FUNCTION finance_guard_budget_v1();
            DROP FUNCTION finance_guard_line_v1();
            """,
        ),
    ]
