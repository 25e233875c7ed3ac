"""Lending: what an application must be like, what is decided on it, and paying a loan out."""

from apps.accounts import queries as accounts
from apps.accounts.rules import ukrainian_iban
from apps.control.errors import NotFound
from apps.control.run import Run, credit, debit
from apps.customers.models import Customer
from apps.kernel.models import Bank
from apps.kernel.money import Money
from apps.ledger import accounts as ledger
from apps.loans import queries, servicing
from apps.loans.errors import (
    AmountOutOfTerms,
    ApplicationSettled,
    DepositNotFit,
    NotApproved,
    OwnApplication,
    TermOutOfTerms,
)
from apps.loans.models import Application, Loan, Plan
from apps.loans.queries import LoanTerms


def disburse(application_id: int, run: Run) -> Loan:
    """Make the contract of an approved application and pay it out. Raises NotApproved."""
    application = locked(application_id)
    if application.state != Application.State.APPROVED:
        raise NotApproved
    amount_minor, months = application.approved_minor, application.approved_months
    assert amount_minor is not None
    assert months is not None
    assert application.terms_id is not None
    terms = queries.terms(application.terms_id)
    run.rules["loan_terms"] = terms.id
    deposit = accounts.deposit(application.deposit_id)
    require_deposit(deposit, terms)
    offer = queries.offer(
        terms,
        amount_minor=amount_minor,
        months=months,
        due_day=application.due_day,
        date=run.date,
    )
    made, fee_minor = offer.schedule, offer.cost.fee_minor
    number = _number(terms, application.id)
    account = ledger.open_account(
        run=run,
        number=number,
        name=Customer.objects.get(id=deposit.customer).full_name[:200],
        gl_code=terms.principal_gl,
        branch=deposit.branch,
        currency=terms.currency,
        owner=f"customer:{deposit.customer}",
    )
    loan = Loan.objects.create(
        number=number,
        application=application,
        customer_id=deposit.customer,
        product_id=terms.product,
        terms_id=terms.id,
        branch_id=deposit.branch,
        deposit_id=deposit.id,
        account_id=account,
        currency=terms.currency,
        amount_minor=amount_minor,
        fee_minor=fee_minor,
        annual_rate=terms.annual_rate,
        day_count=terms.day_count,
        months=months,
        due_day=application.due_day,
        effective_rate=offer.cost.annual_cost,
        opened_on=run.date,
        interest_from=run.date,
        next_due_on=made.lines[0].due_on,
    )
    servicing.follow(
        loan.id, made, number=1, reason=Plan.Reason.DISBURSED, principal_minor=amount_minor, run=run
    )
    Application.objects.filter(id=application.id).update(state=Application.State.DISBURSED)
    amount = Money(amount_minor, terms.currency)
    run.add(
        "loans.disburse",
        debit(account, amount),
        credit(deposit.account, amount),
        narrative=f"Видача кредиту {number}",
    )
    if fee_minor:
        fee = Money(fee_minor, terms.currency)
        income = ledger.internal_account(
            run=run, gl_code=terms.fee_gl, branch=deposit.branch, currency=terms.currency
        )
        run.add(
            "loans.charge_fee",
            debit(deposit.account, fee),
            credit(income, fee),
            narrative=f"Комісія за видачу кредиту {number}",
        )
    return loan


def locked(application_id: int) -> Application:
    found = (
        Application.objects.select_for_update(of=("self",))
        .select_related("product")
        .filter(id=application_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def deciding(application_id: int, run: Run) -> Application:
    """A waiting application, locked, which the actor did not take."""
    application = locked(application_id)
    if application.state != Application.State.WAITING:
        raise ApplicationSettled
    if application.taken_by_id == run.actor.user_id:
        raise OwnApplication
    return application


def decide(application: Application, state: Application.State, run: Run) -> None:
    application.state = state
    application.decided_on = run.date
    application.decided_by_id = run.actor.user_id
    application.save(
        update_fields=["state", "decided_on", "decided_by", "reason", "terms", "approved_minor",
                       "approved_months"]
    )  # fmt: skip


def require_deposit(deposit: accounts.DepositFacts, terms: LoanTerms) -> None:
    if deposit.closed_on is not None or deposit.currency != terms.currency:
        raise DepositNotFit(number=deposit.number, currency=terms.currency)


def require_within(terms: LoanTerms, *, amount: Money, months: int) -> None:
    least, most = Money(terms.min_minor, terms.currency), Money(terms.max_minor, terms.currency)
    if amount.currency != terms.currency or not least <= amount <= most:
        raise AmountOutOfTerms(amount=str(amount), least=str(least), most=str(most))
    if not terms.min_months <= months <= terms.max_months:
        raise TermOutOfTerms(months=months, least=terms.min_months, most=terms.max_months)


def _number(terms: LoanTerms, application: int) -> str:
    """The number of an application's loan: always the same, so that a checker can sign it."""
    bank = Bank.objects.only("country", "code").get(id=1)
    if bank.country == "UA":
        return ukrainian_iban(bank=bank.code, gl_code=terms.principal_gl, running=application)
    return f"{terms.principal_gl}{application:010d}"
