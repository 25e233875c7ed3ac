"""What the book's proofs are about, and those of others about the book."""

from apps.control.columns import Column, Page, Subject
from apps.kernel.text import Text

ACCOUNT = Subject(
    "SELECT id, number, id::text, currency FROM ledger_account", page=Page.ACCOUNT, is_number=True
)
ENTRY = Subject("SELECT id, id::text, run_id::text, NULL FROM ledger_entry", page=Page.RUN)
POSTING = Subject(
    """SELECT p.id, p.id::text, e.run_id::text, p.currency
         FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id""",
    page=Page.RUN,
)
GL_ACCOUNT = Subject(
    "SELECT id, code || ' ' || {name}, code, NULL FROM ledger_glaccount", page=Page.GENERAL_LEDGER
)

OF_ACCOUNT = Column(name=Text(uk="Рахунок", en="Account"), of=ACCOUNT)
OF_GL_ACCOUNT = Column(name=Text(uk="Рахунок плану", en="GL account"), of=GL_ACCOUNT)
OF_LEDGER_ACCOUNT = Column(name=Text(uk="Рахунок книги", en="Ledger account"), of=ACCOUNT)
BOOKED = Column(name=Text(uk="У книзі", en="In the book"))
