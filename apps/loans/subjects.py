"""What the proofs of loans are about, and the steps over them."""

from types import MappingProxyType

from apps.control.columns import Column, Form, Page, Subject
from apps.kernel.text import Text
from apps.loans.rules import UNITS

LOAN = Subject(
    "SELECT id, number, account_id::text, currency FROM loans_loan",
    page=Page.ACCOUNT,
    is_number=True,
)
CHARGE = Subject(
    """SELECT c.id, l.number || ', ' || c.due_on, l.account_id::text, l.currency
         FROM loans_charge c JOIN loans_loan l ON l.id = c.loan_id""",
    page=Page.ACCOUNT,
)
PAYMENT = Subject(
    """SELECT p.id, l.number || ', ' || p.booking_date, p.run_id::text, l.currency
         FROM loans_payment p JOIN loans_loan l ON l.id = p.loan_id""",
    page=Page.RUN,
)

OF_LOAN = Column(name=Text(uk="Кредит", en="Loan"), of=LOAN)
ACCRUED = Column(name=Text(uk="Нараховано", en="Accrued"), parts=UNITS)
PAID = Column(name=Text(uk="Сплачено", en="Paid"))
ALLOCATED = Column(name=Text(uk="Розподілено", en="Allocated"))
BY_DOCUMENTS = Column(name=Text(uk="За документами", en="By the documents"))
IS_CLOSED = Column(
    name=Text(uk="Закрито в книзі", en="Closed in the book"),
    of=Form.TEXT,
    words=MappingProxyType({"True": Text(uk="так", en="yes"), "False": Text(uk="ні", en="no")}),
)
