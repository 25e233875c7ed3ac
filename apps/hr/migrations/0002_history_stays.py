"""What was decided and computed stays; units form a tree; employees have numbers."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("hr", "0001_staff_and_payroll"),
        ("ledger", "0002_posting_functions"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "v1.sql").read_text(encoding="utf-8"),
            """
            DROP TRIGGER tree ON hr_unit;
            DROP FUNCTION hr_guard_unit_tree_v1();
            DROP SEQUENCE hr_employee_number_seq;
            DROP TRIGGER append_only ON hr_payrule;
            DROP TRIGGER no_truncate ON hr_payrule;
            DROP TRIGGER append_only ON hr_positionplan;
            DROP TRIGGER no_truncate ON hr_positionplan;
            DROP TRIGGER append_only ON hr_terms;
            DROP TRIGGER no_truncate ON hr_terms;
            DROP TRIGGER append_only ON hr_personalstatus;
            DROP TRIGGER no_truncate ON hr_personalstatus;
            DROP TRIGGER append_only ON hr_leaveadjustment;
            DROP TRIGGER no_truncate ON hr_leaveadjustment;
            DROP TRIGGER append_only ON hr_payslip;
            DROP TRIGGER no_truncate ON hr_payslip;
            DROP TRIGGER append_only ON hr_payslippart;
            DROP TRIGGER no_truncate ON hr_payslippart;
            DROP TRIGGER no_delete ON hr_employee;
            DROP TRIGGER no_truncate ON hr_employee;
            DROP TRIGGER no_delete ON hr_absence;
            DROP TRIGGER no_truncate ON hr_absence;
            DROP TRIGGER no_delete ON hr_payitem;
            DROP TRIGGER no_truncate ON hr_payitem;
            DROP TRIGGER no_delete ON hr_deductionorder;
            DROP TRIGGER no_truncate ON hr_deductionorder;
            DROP TRIGGER no_delete ON hr_payroll;
            DROP TRIGGER no_truncate ON hr_payroll;
            """,
        ),
    ]
