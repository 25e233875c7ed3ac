"""Schemathesis: whatever the document allows, and much that it does not, is answered as it says.

The real application over the real database: with a key that may do everything, and with one that
may do little. Ids of things that exist are mixed in, so that requests come further than to a 404.
The choice is the same at each run, and a failure prints the request that repeats it.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from apps.access.operations import declared_permissions
from apps.control.rest.openapi import Place
from apps.kernel import sql
from bank.document import description, places
from tests.api.callers import add_machine, issue, kept
from tests.cash.desk import deposit, product, staff_a_till
from tests.conftest import OwnDatabase
from tests.factories import Bank, define_role, do
from tests.hr import office
from tests.loans import lending

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
PLACES = places()
TAGS = sorted({place.endpoint.tag.name for place in PLACES})
APPLICATION = get_wsgi_application()
# What is answered to a key that may not; 422 to an amount that is none, before anybody is asked.
CLOSED = {400, 401, 403, 404, 405, 406, 413, 415, 422, 428}


@cache
def schema() -> Any:
    return schemathesis.openapi.from_dict(description("en"))


def things(bank: Bank, tag: str) -> dict[str, Any]:
    """Things of the bank, by the names of the fields and parameters that mean them in a chapter."""
    return _of_deposits(bank) | OF_TAG.get(tag, lambda bank: {})(bank)


def _of_loans(bank: Bank) -> dict[str, Any]:
    """A loan, a payment on it, and an application that waits."""
    code = lending.product(bank)
    loan = lending.lend(bank, code)
    early = {"loan": loan.id, "amount": lending.uah(1_000_00), "choice": "shorter_term"}
    paid = do("loans.prepay", early, actor=bank.loan_officer).result
    application, deposit = lending.apply(bank, code)
    return {
        "loan": loan.id,
        "payment": paid["payment"],
        "application": application,
        "product": code,
        "deposit": deposit.id,
    }


def _of_staff(bank: Bank) -> dict[str, Any]:
    """Somebody of the staff with leave, a bonus and a deduction, and a draft of their pay."""
    departments = office.open_office(bank)
    who = office.worker(departments)
    one = {"employee": who.id}
    day = {"kind": "annual", "first_day": "2026-01-12", "last_day": "2026-01-13"}
    absence = do("hr.record_leave", one | day, actor=departments.hr).result["absence"]
    bonus = {"month": bank.date, "kind": "bonus", "pay": "100", "reason": "Наказ"}
    item = do("hr.add_pay_item", one | bonus, actor=departments.payroll).result["item"]
    union = {"kind": "voluntary", "recipient": "Профспілка", "valid_from": bank.date,
             "percent": "1"}  # fmt: skip
    order = do("hr.order_deduction", one | union, actor=departments.payroll).result["order"]
    return {
        **one,
        "customer": who.customer,
        "deposit": who.account.id,
        "unit": departments.unit,
        "position": departments.position,
        "absence": absence,
        "item": item,
        "order": order,
        "payroll": office.prepare(departments),
        "slip": sql.value("SELECT max(id) FROM hr_payslip"),
    }


# What more there is in a chapter, or else under a name.
OF_TAG: Mapping[str, Callable[[Bank], dict[str, Any]]] = MappingProxyType(
    {"loans": _of_loans, "staff": _of_staff, "pay": _of_staff}
)


def _of_deposits(bank: Bank) -> dict[str, Any]:
    code = product(bank)
    desk = staff_a_till(bank)
    one, other = deposit(bank, minor=100_000), deposit(bank, minor=100_000)
    uah = {"amount": "10.00", "currency": "UAH"}
    return {
        "branch": bank.branch,
        "deposit": one.id,
        "account": one.account,
        "source": one.id,
        "target": other.id,
        "product": code,
        "till": desk.till,
        "user": bank.teller.user_id,
        "gl_account": "2620",
        "date": bank.date.isoformat(),
        "amount": uah,
    }


def named(place: Place) -> str:
    return f"{place.method} {place.path}"


def ask(place: Place, token: str, known: dict[str, Any], *, times: int) -> set[int]:
    """Send requests of one endpoint, good and bad, and hold each answer against the document.

    The statuses of the answers.
    """
    statuses: set[int] = set()
    operation = schema()[place.path][place.method]
    either = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=times,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=either, known_ones=st.booleans())
    def send(case: Any, known_ones: bool) -> None:
        if known_ones:
            for given_ in (case.path_parameters, case.body):
                if isinstance(given_, dict):
                    given_ |= {name: known[name] for name in given_.keys() & known.keys()}
        case.operation.app = APPLICATION
        case.headers["Authorization"] = f"Bearer {token}"
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid4())
        answer = case.call(base_url="http://testserver/api/v1")
        case.validate_response(answer, checks=CHECKS)
        statuses.add(answer.status_code)

    with override_settings(API_REQUESTS_A_MINUTE=100_000):
        send()
    return statuses


@pytest.mark.parametrize("tag", TAGS)
def test_whoever_may_do_everything(own_database: OwnDatabase, bank: Bank, tag: str) -> None:
    scopes = sorted(declared_permissions())
    role = define_role(*scopes, actor=bank.system)
    token, _ = issue(bank, add_machine(bank, role=role), *scopes)
    known = things(bank, tag)
    for place in PLACES:
        if place.endpoint.tag.name == tag:
            ask(place, token, known, times=4)


@pytest.mark.parametrize("tag", TAGS)
def test_whoever_may_do_nothing(own_database: OwnDatabase, bank: Bank, tag: str) -> None:
    """The key has every scope, and its user a right that opens nothing: nothing is changed."""
    scopes = sorted(declared_permissions())
    role = define_role("access.use_own_profile", actor=bank.system)
    token, _ = issue(bank, add_machine(bank, role=role), *scopes)
    known = things(bank, tag)
    before = kept()
    for place in PLACES:
        if place.endpoint.tag.name == tag and place.endpoint.permission is not None:
            statuses = ask(place, token, known, times=2)
            assert statuses <= CLOSED, named(place)
    assert kept() == before
