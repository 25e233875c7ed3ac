"""Every address of the API, one explicit line each, with what can be done there by which method."""

import datetime as dt
from typing import Any, ClassVar

from django.urls import path, re_path, register_converter
from django.urls.converters import IntConverter, StringConverter
from django.urls.resolvers import URLPattern

from apps.access import api as access
from apps.accounts import api as accounts
from apps.accounts import history_api as history
from apps.cash import api as cash
from apps.control import api as control
from apps.control import approvals_api as approvals
from apps.control.rest.endpoints import Endpoint
from apps.control.rest.strict import MAX_INTEGER
from apps.control.rest.views import Address, Nowhere
from apps.customers import api as customers
from apps.eod import api as eod
from apps.finance import api as finance
from apps.hr import api as staff
from apps.hr import earnings_api as earnings
from apps.hr import pay_api as pay
from apps.hr import staff_api as personnel
from apps.ledger import api as ledger
from apps.ledger import entries_api as entries
from apps.loans import api as lending
from apps.loans import loans_api as loans
from apps.loans import repaying_api as repaying
from apps.payments import api as payments
from apps.products import api as products
from apps.reporting import api as reporting
from apps.reporting import kept_api as kept
from bank import document


class Id(IntConverter):
    """The id of a row: what bigint holds, and never zero."""

    regex = "[1-9][0-9]{0,18}"
    schema: ClassVar = {"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_INTEGER}

    def to_python(self, value: str) -> int:
        found = int(value)
        if found > MAX_INTEGER:
            raise ValueError("no row has this id")
        return found


class Code(StringConverter):
    """What a product, or a line of the chart of accounts, is called by."""

    regex = "[A-Za-z0-9][A-Za-z0-9._-]{0,19}"
    schema: ClassVar = {"type": "string", "pattern": f"^{regex}$"}


class Day:
    """A calendar day, by ISO 8601."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    schema: ClassVar = {"type": "string", "format": "date"}

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        return value.isoformat()


register_converter(Id, "id")
register_converter(Code, "code")
register_converter(Day, "day")


def at(route: str, **endpoints: Endpoint) -> URLPattern:
    """An address, and its endpoints by method: `get=`, `post=`, `put=`."""
    by_method = {method.upper(): endpoint for method, endpoint in endpoints.items()}
    return path(route, Address.as_view(endpoints=by_method))


urlpatterns: list[Any] = [
    at("me", get=access.myself),
    at("users", post=access.ADD_USER),
    at("users/<id:user>/change", post=access.CHANGE_USER),
    at("users/<id:user>/close", post=access.CLOSE_USER),
    at("users/<id:user>/reopen", post=access.REOPEN_USER),
    at("users/<id:user>/second-factor/reset", post=access.RESET_SECOND_FACTOR),
    at("users/<id:user>/roles", post=access.GRANT_ROLE),
    at("users/<id:user>/keys", post=access.ISSUE_KEY),
    at("roles", post=access.DEFINE_ROLE),
    at("holdings/<id:holding>/revoke", post=access.REVOKE_ROLE),
    at("keys", get=access.keys),
    at("keys/<id:key>/revoke", post=access.REVOKE_KEY),
    at("bank", get=control.bank),
    at("branches", get=control.branches, post=control.OPEN_BRANCH),
    at("branches/<id:branch>", get=control.branch),
    at("approvals", get=approvals.approvals),
    at("approvals/<id:approval>", get=approvals.approval),
    at("approvals/<id:approval>/approve", post=approvals.APPROVE),
    at("approvals/<id:approval>/decline", post=approvals.DECLINE),
    at("approvals/<id:approval>/withdraw", post=approvals.WITHDRAW_REQUEST),
    at("requests", get=approvals.requests),
    at(
        "approval-policies",
        get=approvals.approval_policies,
        post=approvals.SET_APPROVAL_POLICY,
    ),
    at("approval-policies/<id:policy>/end", post=approvals.END_APPROVAL_POLICY),
    at("runs", get=control.runs),
    at("runs/<uuid:run>", get=entries.run),
    at("runs/<uuid:run>/entries", get=entries.entries_of_run),
    at("entries/<id:entry>", get=entries.entry),
    at("entries/<id:entry>/reverse", post=entries.REVERSE_ENTRY),
    at("entries/<id:entry>/ask-to-reverse", post=entries.REVERSE_OWN_ENTRY),
    at("gl-accounts", get=ledger.gl_accounts, post=ledger.LOAD_CHART),
    at("gl-accounts/<code:gl_account>/postings", get=ledger.gl_postings),
    at("ledger-accounts", get=ledger.accounts),
    at("ledger-accounts/<id:account>", get=ledger.account),
    at("ledger-accounts/<id:account>/balance", get=ledger.balance),
    at("ledger-accounts/<id:account>/statement", get=ledger.statement),
    at("trial-balance", get=ledger.trial_balance),
    at("reports", get=reporting.reports),
    at("reports/<code:report>", get=reporting.report),
    at("dashboards/<code:board>", get=reporting.dashboard),
    at("kept-reports", get=kept.kept_reports, post=kept.KEEP_REPORT),
    at("report-orders", post=kept.ORDER_REPORT),
    at("report-orders/<id:order>", get=kept.order),
    at("kept-reports/<id:kept>", get=kept.kept_report),
    at("kept-reports/<id:kept>/repetition", get=kept.repetition),
    at("customers", post=customers.REGISTER_PERSON),
    at("customers/search", post=customers.search),
    at("customers/<id:customer>", get=customers.customer),
    at("customers/<id:customer>/deposits", get=accounts.deposits_of_customer),
    at("products", get=products.products, post=products.CREATE_PRODUCT),
    at("products/<code:product>", get=products.product),
    at("products/<code:product>/versions", get=products.versions, post=products.ADD_VERSION),
    at("products/<code:product>/loan-terms", get=lending.terms, post=lending.ADD_TERMS),
    at("products/<code:product>/loan-offer", get=lending.offer),
    at("tax-rates", get=products.tax_rates, post=products.SET_TAX_RATE),
    at("deposits", post=accounts.OPEN_DEPOSIT),
    at("deposits/search", post=accounts.search),
    at("deposits/<id:deposit>", get=accounts.deposit),
    at("deposits/<id:deposit>/balance", get=history.balance),
    at("deposits/<id:deposit>/statement", get=history.statement),
    at("deposits/<id:deposit>/interest", get=history.interest, post=accounts.BOOK_INTEREST),
    at("deposits/<id:deposit>/interest/settle", post=accounts.SETTLE_INTEREST),
    at("deposits/<id:deposit>/accruals", get=history.accruals),
    at("deposits/<id:deposit>/capitalisations", get=history.capitalisations),
    at("deposits/<id:deposit>/fees", post=accounts.CHARGE_FEE),
    at("deposits/<id:deposit>/penalty-interest", post=accounts.CHARGE_PENALTY_INTEREST),
    at("deposits/<id:deposit>/overdraft", get=accounts.overdraft, put=accounts.SET_OVERDRAFT),
    at("deposits/<id:deposit>/block", post=accounts.BLOCK),
    at("deposits/<id:deposit>/unblock", post=accounts.UNBLOCK),
    at("deposits/<id:deposit>/holds", get=accounts.holds, post=accounts.PLACE_HOLD),
    at("holds/<id:hold>/release", post=accounts.RELEASE_HOLD),
    at("deposits/<id:deposit>/mandates", get=accounts.mandates, post=accounts.AUTHORISE_PERSON),
    at(
        "deposits/<id:deposit>/mandates/<id:customer>/revoke",
        post=accounts.REVOKE_MANDATE,
    ),
    at("deposits/<id:deposit>/close", post=accounts.CLOSE_DEPOSIT),
    at("deposits/<id:deposit>/payments", get=payments.payments_of_deposit),
    at("transfers", post=payments.TRANSFER),
    at("outgoing-payments", post=payments.SEND),
    at("incoming-payments", post=payments.RECEIVE),
    at("payments/<id:payment>", get=payments.payment),
    at("loan-applications", get=lending.applications, post=lending.APPLY),
    at("loan-applications/<id:application>", get=lending.application),
    at("loan-applications/<id:application>/approve", post=lending.APPROVE),
    at("loan-applications/<id:application>/decline", post=lending.DECLINE),
    at("loan-applications/<id:application>/withdraw", post=lending.WITHDRAW),
    at("loan-applications/<id:application>/disburse", post=lending.DISBURSE),
    at("loans", get=loans.loans),
    at("loans/search", post=loans.search),
    at("loans/<id:loan>", get=loans.loan),
    at("loans/<id:loan>/schedule", get=repaying.schedule),
    at("loans/<id:loan>/plans", get=repaying.plans),
    at("loans/<id:loan>/charges", get=repaying.charges),
    at("loans/<id:loan>/payments", get=repaying.payments, post=repaying.REPAY),
    at("loans/<id:loan>/prepayment", get=repaying.prepayment_quote, post=repaying.PREPAY),
    at("loans/<id:loan>/pay-off", get=repaying.pay_off_quote, post=repaying.PAY_OFF),
    at("loans/<id:loan>/waivers", post=repaying.WAIVE_PENALTY),
    at("loan-payments/<id:payment>/reverse", post=repaying.REVERSE_PAYMENT),
    at("loan-portfolio", get=loans.loan_portfolio),
    at("units", get=staff.units, post=personnel.OPEN_UNIT),
    at("units/<id:unit>/move", post=personnel.MOVE_UNIT),
    at("positions", get=staff.staffing_plan, post=personnel.PLAN_POSITION),
    at("employees", get=staff.employees, post=personnel.HIRE),
    at("employees/search", post=staff.search),
    at("employees/<id:employee>", get=staff.employee),
    at("employees/<id:employee>/terms", post=personnel.CHANGE_TERMS),
    at("employees/<id:employee>/personal-status", post=personnel.SET_PERSONAL_STATUS),
    at("employees/<id:employee>/pay-account", post=personnel.SET_PAY_ACCOUNT),
    at("employees/<id:employee>/access", post=personnel.GRANT_ACCESS),
    at("employees/<id:employee>/dismiss", post=personnel.DISMISS),
    at("employees/<id:employee>/leave", get=staff.leave, post=personnel.RECORD_LEAVE),
    at("employees/<id:employee>/leave-balances", get=staff.leave_balances),
    at("employees/<id:employee>/leave-adjustments", post=personnel.ADJUST_LEAVE),
    at("employees/<id:employee>/salaries", get=earnings.salaries),
    at("employees/<id:employee>/pay-items", get=earnings.pay_items, post=earnings.ADD_PAY_ITEM),
    at(
        "employees/<id:employee>/deductions",
        get=earnings.deductions,
        post=earnings.ORDER_DEDUCTION,
    ),
    at("employees/<id:employee>/payslips", get=pay.payslips_of_employee),
    at("leave-kinds", get=staff.leave_kinds),
    at("leave/<id:absence>/cancel", post=personnel.CANCEL_LEAVE),
    at("pay-items/<id:item>/cancel", post=earnings.CANCEL_PAY_ITEM),
    at("deductions/<id:order>/end", post=earnings.END_DEDUCTION),
    at("pay-rules", get=earnings.pay_rules, post=earnings.LOAD_RULES),
    at("pay-cost", get=pay.pay_cost),
    at("payrolls", get=pay.payrolls, post=earnings.PREPARE_PAYROLL),
    at("payrolls/<id:payroll>", get=pay.payroll),
    at("payrolls/<id:payroll>/payslips", get=pay.payslips_of_payroll),
    at("payrolls/<id:payroll>/post", post=earnings.POST_PAYROLL),
    at("payrolls/<id:payroll>/reverse", post=earnings.REVERSE_PAYROLL),
    at("payslips/<id:slip>", get=pay.payslip),
    at("payslips/<id:slip>/document", get=pay.payslip_document),
    at("internal-accounts", post=finance.OPEN_INTERNAL_ACCOUNT),
    at("manual-entries", post=finance.BOOK_MANUAL_ENTRY),
    at("budgets", get=finance.budgets, post=finance.BEGIN_BUDGET),
    at("budgets/<id:budget>", get=finance.budget),
    at("budgets/<id:budget>/rows", post=finance.SET_BUDGET_ROWS),
    at("budgets/<id:budget>/adopt", post=finance.ADOPT_BUDGET),
    at("months", get=finance.month_list),
    at("months/<day:period>", get=finance.month),
    at("months/<day:period>/ticks", post=finance.TICK_MONTH),
    at("months/<day:period>/close", post=finance.CLOSE_MONTH),
    at("months/<day:period>/reopen", post=finance.REOPEN_MONTH),
    at("denominations", get=cash.denominations, post=cash.ADD_PIECE),
    at("tills", get=cash.tills, post=cash.CREATE_TILL),
    at("tills/<id:till>", get=cash.till),
    at("tills/<id:till>/supplies", post=cash.SUPPLY_VAULT),
    at("tills/<id:till>/sessions", post=cash.OPEN_SESSION),
    at("tills/<id:till>/deposits", post=cash.DEPOSIT),
    at("tills/<id:till>/withdrawals", post=cash.WITHDRAW),
    at("positions/<id:till>/deposits", post=cash.DEPOSIT_AT_POSITION),
    at("positions/<id:till>/withdrawals", post=cash.WITHDRAW_AT_POSITION),
    at("cash-moves", post=cash.MOVE_CASH),
    at("counters", get=cash.counters),
    at("sessions", get=cash.sessions),
    at("sessions/current", get=cash.desk),
    at("sessions/<id:session>", get=cash.session),
    at("sessions/<id:session>/close", post=cash.CLOSE_SESSION),
    at("sessions/<id:session>/close-for-teller", post=cash.CLOSE_SESSION_FOR_TELLER),
    at("booking-dates", get=eod.booking_dates, post=eod.OPEN_NEXT_DAY),
    at("booking-dates/current", get=eod.open_date),
    at("booking-dates/<day:date>", get=eod.booking_date),
    at("closes", get=eod.closes, post=eod.START_CLOSE),
    at("closes/<day:date>", get=eod.close),
    at("closes/<day:date>/proofs", get=eod.proofs),
    at("closes/<day:date>/prove-again", post=eod.PROVE_AGAIN),
    at("exceptions", get=eod.exceptions),
    at("exceptions/<id:exception>/retry", post=eod.RETRY_EXCEPTION),
    at("exceptions/<id:exception>/make-up", post=eod.MAKE_UP_EXCEPTION),
    at("openapi.json", get=document.document),
    re_path("", Nowhere.as_view()),
]
