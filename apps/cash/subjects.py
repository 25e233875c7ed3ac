"""What the proofs of cash are about."""

from types import MappingProxyType

from apps.control.columns import Column, Form, Page, Subject
from apps.kernel.text import Text

SESSION = Subject(
    """SELECT s.id, t.name || ', ' || u.full_name, s.opened_run_id::text, a.currency
         FROM cash_session s JOIN cash_till t ON t.id = s.till_id
         JOIN ledger_account a ON a.id = t.account_id
         JOIN access_user u ON u.id = s.teller_id""",
    page=Page.RUN,
)

OF_SESSION = Column(name=Text(uk="Зміна", en="Session"), of=SESSION)
OF_MOMENT = Column(
    name=Text(uk="Коли", en="When"),
    of=Form.TEXT,
    words=MappingProxyType(
        {
            "opening": Text(uk="на початку", en="at its opening"),
            "closing": Text(uk="наприкінці", en="at its closing"),
        }
    ),
)
