"""What the proofs of deposits are about, and the step over them."""

from apps.control.columns import Column, Page, Subject
from apps.kernel.text import Text

DEPOSIT = Subject(
    "SELECT id, number, account_id::text, currency FROM accounts_deposit",
    page=Page.ACCOUNT,
    is_number=True,
)

OF_DEPOSIT = Column(name=Text(uk="Рахунок клієнта", en="Customer's account"), of=DEPOSIT)
ACCRUED = Column(name=Text(uk="Нараховано", en="Accrued"))
PAID = Column(name=Text(uk="Виплачено", en="Paid"))
