"""The roles that a bank begins with, as data: what each may do, and who must agree to what.

They are a beginning, not a rule: an administrator defines others, or these anew, by the same
operations. Nobody here may both do the bank's business and administer rights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from apps.access.operations import DefineRole, declared_permissions
from apps.control.declarations import OPERATIONS
from apps.control.door import execute
from apps.control.models import ApprovalPolicy
from apps.control.operations import SetApprovalPolicy
from apps.control.run import Actor
from apps.kernel.queries import current_date
from apps.kernel.text import Text


@dataclass(frozen=True, slots=True)
class StandardRole:
    name: Text
    permissions: tuple[str, ...]


ROLES: Mapping[str, StandardRole] = MappingProxyType(
    {
        "teller": StandardRole(
            Text(uk="Касир", en="Teller"),
            (
                "cash.operate_till",
                "customers.register",
                "customers.view",
                "accounts.open",
                "accounts.view",
                "payments.transfer",
                "ledger.ask_for_reversals",
                "control.make_requests",
            ),
        ),
        "supervisor": StandardRole(
            Text(uk="Керівник відділення", en="Branch supervisor"),
            (
                "cash.manage_tills",
                "customers.register",
                "customers.view",
                "accounts.open",
                "accounts.view",
                "accounts.manage",
                "payments.transfer",
                "ledger.view",
                "ledger.reverse_entries",
                "control.decide_approvals",
                "control.make_requests",
                "control.view_journal",
            ),
        ),
        "accountant": StandardRole(
            Text(uk="Бухгалтер", en="Accountant"),
            (
                "finance.book_manual_entries",
                "finance.close_months",
                "finance.manage_budgets",
                "finance.view_budgets",
                "finance.view_months",
                "accounts.book_charges",
                "accounts.view",
                "customers.view",
                "ledger.view",
                "ledger.reverse_entries",
                "control.make_requests",
                "reporting.keep_reports",
                "reporting.view_deposits",
                "reporting.view_loans",
                "reporting.view_reports",
                "reporting.view_statements",
            ),
        ),
        "chief_accountant": StandardRole(
            Text(uk="Головний бухгалтер", en="Chief accountant"),
            (
                "finance.close_months",
                "finance.manage_budgets",
                "finance.view_budgets",
                "finance.view_months",
                "ledger.manage_chart",
                "ledger.reverse_entries",
                "ledger.view",
                "accounts.view",
                "customers.view",
                "control.decide_approvals",
                "control.make_requests",
                "reporting.keep_reports",
                "reporting.view_deposits",
                "reporting.view_loans",
                "reporting.view_reports",
                "reporting.view_statements",
                "control.view_journal",
                "control.administer",
            ),
        ),
        "finance_head": StandardRole(
            Text(uk="Фінансовий директор", en="Head of finance"),
            (
                "finance.view_budgets",
                "finance.view_months",
                "control.decide_approvals",
                "reporting.keep_reports",
                "reporting.view_deposits",
                "reporting.view_loans",
                "reporting.view_reports",
                "reporting.view_statements",
                "ledger.view",
                "control.view_journal",
                "control.make_requests",
            ),
        ),
        "operations": StandardRole(
            Text(uk="Операційний відділ", en="Operations"),
            (
                "eod.run_close",
                "ledger.make_partitions",
                "ledger.view",
                "payments.settle",
                "control.make_requests",
                "control.view_journal",
                "control.administer",
            ),
        ),
        "administrator": StandardRole(
            Text(uk="Адміністратор", en="Administrator"),
            (
                "access.manage_users",
                "access.manage_roles",
                "access.grant_roles",
                "access.manage_api_keys",
                "control.manage_branches",
                "control.manage_policies",
                "control.view_journal",
                "control.administer",
                # Fewer eyes are asked for, and agreed to by somebody else.
                "control.make_requests",
                # Of access that the staff department asks for.
                "control.decide_approvals",
            ),
        ),
        "product_manager": StandardRole(
            Text(uk="Менеджер продуктів", en="Product manager"),
            (
                "products.manage",
                "loans.manage_terms",
                "control.make_requests",
                "control.administer",
            ),
        ),
        "loan_officer": StandardRole(
            Text(uk="Кредитний спеціаліст", en="Loan officer"),
            (
                "loans.view",
                "loans.take_applications",
                "loans.decide",
                "loans.disburse",
                "loans.service",
                "accounts.open",
                "accounts.view",
                "customers.register",
                "customers.view",
                "control.make_requests",
            ),
        ),
        "credit_manager": StandardRole(
            Text(uk="Керівник кредитування", en="Credit manager"),
            (
                "loans.view",
                "loans.decide",
                "loans.reverse_payments",
                "loans.waive_penalties",
                "accounts.view",
                "customers.view",
                "reporting.keep_reports",
                "reporting.view_loans",
                "reporting.view_reports",
                "control.decide_approvals",
                "control.make_requests",
                "control.view_journal",
            ),
        ),
        "collector": StandardRole(
            Text(uk="Спеціаліст зі стягнення", en="Collector"),
            (
                "loans.view",
                "loans.service",
                "accounts.view",
                "customers.view",
                "control.make_requests",
            ),
        ),
        "hr_officer": StandardRole(
            Text(uk="Кадри", en="Staff department"),
            (
                "hr.view",
                "hr.manage_structure",
                "hr.manage_staff",
                "hr.manage_leave",
                "hr.view_pay",
                "customers.view",
                "reporting.keep_reports",
                "reporting.view_reports",
                "control.decide_approvals",
                "control.make_requests",
            ),
        ),
        "payroll_officer": StandardRole(
            Text(uk="Розрахунок зарплати", en="Payroll"),
            (
                "hr.view",
                "hr.view_pay",
                "hr.manage_pay",
                "hr.prepare_payroll",
                "control.make_requests",
                "reporting.keep_reports",
                "reporting.view_reports",
            ),
        ),
        "payroll_head": StandardRole(
            Text(uk="Керівник розрахунку зарплати", en="Head of payroll"),
            (
                "hr.view",
                "hr.view_pay",
                "hr.manage_rules",
                "control.decide_approvals",
                "control.make_requests",
                "reporting.keep_reports",
                "reporting.view_reports",
            ),
        ),
        "migration": StandardRole(
            Text(uk="Перенесення даних", en="Data migration"),
            (
                "conversion.reconcile",
                "control.manage_branches",
                "customers.register",
                "products.manage",
                "accounts.open",
                "accounts.manage",
                "accounts.book_charges",
                "cash.manage_tills",
                "cash.operate_position",
                "payments.transfer",
                "payments.settle",
                "ledger.make_partitions",
            ),
        ),
    }
)

# What every person of the staff may do about themselves.
EVERYONE = ("access.use_own_profile", "hr.use_own_affairs")
# The role that must agree to an operation which no one person may do alone.
CHECKERS = MappingProxyType(
    {
        "control.end_approval_policy": "chief_accountant",
        "finance.adopt_budget": "finance_head",
        "finance.book_manual_entry": "chief_accountant",
        "finance.close_month": "finance_head",
        "finance.reopen_month": "finance_head",
        # The staff department asks, and whoever administers rights gives them.
        "hr.grant_access": "administrator",
        "hr.request_leave": "hr_officer",
        "hr.post_payroll": "payroll_head",
        "hr.reverse_payroll": "payroll_head",
        "ledger.reverse_own_entry": "supervisor",
    }
)
# Requests that mean nothing on another day: the close lets them expire.
OF_THE_DAY = frozenset({"ledger.reverse_own_entry"})
# Who else must agree to an operation from an amount on, in minor units of the base currency, and
# how many of them.
TIERS = (
    ("loans.approve", "credit_manager", 100_000_00, 1),
    ("loans.approve", "credit_manager", 1_000_000_00, 2),
)


def _at_close(operation: str) -> ApprovalPolicy.AtClose:
    at_close = ApprovalPolicy.AtClose
    return at_close.EXPIRE if operation in OF_THE_DAY else at_close.CARRY


def define(*, actor: Actor) -> None:
    """Define every standard role, and the policies of operations that need a second person.

    The actor needs access.manage_roles and control.manage_policies. May be repeated. A permission
    of a room that is not installed is left out.
    """
    known = declared_permissions()
    for code, role in ROLES.items():
        execute(
            "access.define_role",
            DefineRole(
                code=code,
                name_uk=role.name.uk,
                name_en=role.name.en,
                permissions=tuple(one for one in (*role.permissions, *EVERYONE) if one in known),
            ),
            actor=actor,
            key=f"install:role:{code}",
        )
    today = current_date()
    assert today is not None, "roles are defined in a bank that has been set up"
    for operation, role_code in CHECKERS.items():
        if operation in OPERATIONS:
            execute(
                "control.set_approval_policy",
                SetApprovalPolicy(
                    operation=operation,
                    role=role_code,
                    valid_from=today,
                    at_close=_at_close(operation),
                ),
                actor=actor,
                key=f"install:policy:{operation}",
            )
    for operation, role_code, from_minor, checkers in TIERS:
        if operation in OPERATIONS:
            execute(
                "control.set_approval_policy",
                SetApprovalPolicy(
                    operation=operation,
                    role=role_code,
                    valid_from=today,
                    from_amount_minor=from_minor,
                    checkers=checkers,
                ),
                actor=actor,
                key=f"install:policy:{operation}:{from_minor}",
            )
