"""What proofs and steps of the close are about: their ids and amounts, as people read them.

An invariant names the columns of its statement; a step says over whose ids its chunks range. Both
give ids and minor units alone, so that what they find can be kept, hashed and compared; names,
figures and addresses are made where they are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from apps.kernel.text import Text


class Page(StrEnum):
    """The screen of the book that a subject leads to."""

    ACCOUNT = "ledger:account"
    GENERAL_LEDGER = "ledger:general_ledger"
    RUN = "ledger:run"


@dataclass(frozen=True, slots=True)
class Subject:
    """Things that have ids: what each is called, and where it leads.

    The statement gives, of every such thing: its id, its name, the argument of its page, and its
    currency; the last two may be NULL. `{name}` in it stands for name_uk or name_en.
    """

    statement: str
    page: Page | None = None
    # Is its name the number of an account, to be written in groups?
    is_number: bool = False


class Form(StrEnum):
    """How a value is written that is nobody's id."""

    # In minor units of the row's currency.
    AMOUNT = "amount"
    CURRENCY = "currency"
    DATE = "date"
    # A kind of entry.
    KIND = "kind"
    RUN = "run"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of what contradicts an invariant."""

    name: Text
    of: Subject | Form = Form.AMOUNT
    # An amount is in so many whole parts of a minor unit.
    parts: int = 1
    # What a text of the statement is called.
    words: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))


BRANCH = Subject("SELECT id, {name}, NULL, NULL FROM kernel_branch")

OF_BRANCH = Column(name=Text(uk="Відділення", en="Branch"), of=BRANCH)
OF_CURRENCY = Column(name=Text(uk="Валюта", en="Currency"), of=Form.CURRENCY)
