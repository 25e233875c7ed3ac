"""Entries by hand in the API. They are read where all of the book is."""

from apps.control.rest.endpoints import does, uah
from apps.ledger.api import LEDGER

_AMOUNT = uah("1200.00")

OPEN_INTERNAL_ACCOUNT = does(
    "finance.open_internal_account",
    tag=LEDGER,
    example={"branch": 1, "gl_code": "7399", "currency": "UAH"},
    gives={"account": 310, "number": "7399-1-UAH"},
    location="ledger-accounts/{account}",
)
BOOK_MANUAL_ENTRY = does(
    "finance.book_manual_entry",
    tag=LEDGER,
    example={
        "branch": 1,
        "legs": [
            {"account": "7399-1-UAH", "side": "debit", "amount": _AMOUNT},
            {"account": "1200-1-UAH", "side": "credit", "amount": _AMOUNT},
        ],
        "narrative": "Оренда за березень",
    },
)
