"""What the application's role may do to each table: applied after every migration, idempotent.

A table that is not named here is reference data or a sub-ledger of operations, which the role may
read and write; a test walks the catalogue for privileges that this page does not explain.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

# Only the posting functions, which belong to the owner, write these.
READ_ONLY = {
    "ledger_account",
    "ledger_balance",
    "ledger_hold",
    "ledger_accountchange",
    "ledger_entry",
    "ledger_posting",
    "ledger_accountday",
    "ledger_glday",
    # What `migrate` writes, as the operations declare it.
    "ledger_forcedoperation",
    "django_migrations",
}
# A line is added and never changed. Of the journal even the columns are named: in which transaction
# and when a line was written is said by the database.
APPEND_ONLY = {
    "control_operationkey": "",
    "control_approvalvote": "",
    "auditlog_logentry": "",
    "access_signin": "",
    "control_operationrun": (
        "(id, operation, version, outcome, origin, client, key, actor_id, actor_name,"
        " started_by_id, approval_id, branch_id, booking_date, amount_minor, currency, command,"
        " effect, result, refusal, subjects, address, request_id)"
    ),
    "products_version": "",
    "products_taxrate": "",
    "accounts_accrual": "",
    "accounts_capitalisation": "",
    "accounts_accrualtotal": "",
    "loans_terms": "",
    "loans_plan": "",
    "loans_instalment": "",
    "loans_payment": "",
    "loans_allocation": "",
    "loans_standing": "",
    "loans_accrual": "",
    "loans_accrualtotal": "",
    "cash_count": "",
    "ledger_monthlock": "",
    "finance_monthtick": "",
    "payments_payment": "",
    "reporting_keptreport": "",
    "hr_payrule": "",
    "hr_positionplan": "",
    "hr_terms": "",
    "hr_personalstatus": "",
    "hr_leaveadjustment": "",
    "hr_payslip": "",
    "hr_payslippart": "",
}
# Nothing in them is ever removed, though their state changes.
NO_DELETE = {
    "kernel_bookingdate",
    "kernel_bank",
    "access_apikey",
    "control_approval",
    "customers_customer",
    "products_product",
    "accounts_deposit",
    "accounts_mandate",
    "loans_application",
    "loans_loan",
    "loans_charge",
    "cash_till",
    "cash_session",
    "finance_budget",
    "reporting_reportorder",
    "eod_closerun",
    "eod_steprun",
    "eod_chunk",
    "eod_exception",
    "eod_proof",
    "hr_employee",
    "hr_absence",
    "hr_payitem",
    "hr_deductionorder",
    "hr_payroll",
}


def apply(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give `role` exactly what is declared above on every table, sequence and function."""
    quoted = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = %s", [role])
        if cursor.fetchone()[0]:
            raise RuntimeError(f"the owner of the tables may not be the application's role {role}")
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relowner = current_user::regrole"
        )
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits")
        partitions = {name for (name,) in cursor.fetchall()}
        lines = [
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            f"GRANT USAGE ON SCHEMA public TO {quoted}",
            # What extensions brought, their tables as their functions, stays as they made it.
            *(
                f"REVOKE ALL ON {connection.ops.quote_name(table)} FROM {quoted}, PUBLIC"
                for table in tables
            ),
            f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {quoted}, PUBLIC",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
            "REVOKE ALL ON SEQUENCE ledger_entry_id_seq, ledger_posting_id_seq,"
            " ledger_account_id_seq, ledger_hold_id_seq, ledger_accountchange_id_seq"
            f" FROM {quoted}",
        ]
        lines += [
            f"GRANT {privileges} ON {connection.ops.quote_name(table)} TO {quoted}"
            for table in tables
            # Partitions are reached through their parent, whose privileges count.
            if table not in partitions
            for privileges in _privileges(table)
        ]
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " WHERE p.pronamespace = 'public'::regnamespace"
            " AND p.proowner = current_user::regrole"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
        for (function,) in cursor.fetchall():
            lines.append(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
            lines.append(f"GRANT EXECUTE ON FUNCTION {function} TO {quoted}")
        for line in lines:
            cursor.execute(line)


def _privileges(table: str) -> list[str]:
    if table in READ_ONLY:
        return ["SELECT"]
    if table in APPEND_ONLY:
        return ["SELECT", f"INSERT {APPEND_ONLY[table]}"]
    if table in NO_DELETE:
        return ["SELECT, INSERT, UPDATE"]
    return ["SELECT, INSERT, UPDATE, DELETE"]
