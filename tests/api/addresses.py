"""The addresses of the API with some more over the probes, so that its core is tried apart."""

from decimal import Decimal

from django.urls import include, path
from msgspec import Struct

from apps.control.errors import NotFound
from apps.control.rest.endpoints import Ask, Asked, Guarded, Tag, does, reads
from apps.control.rest.pages import Page, Slice
from apps.control.rest.parameters import PagedBody
from apps.kernel import sql
from apps.kernel.text import Text
from bank import api, urls
from bank.api import at
from tests.probes import KEEP, MOVE, SENTENCE

PROBES = Tag(name="probes", title=Text(uk="Проби", en="Probes"))


class Limits(Struct, frozen=True):
    account: int
    floor_minor: int
    debits_blocked: bool


class Wanted(Asked, frozen=True, kw_only=True):
    currency: str = "UAH"
    most: int | None = None


class Sought(PagedBody, frozen=True, kw_only=True):
    text: str
    share: Decimal | None = None


@reads("probe.limits", permission=KEEP, tag=PROBES, summary=SENTENCE, example={})
def limits(ask: Ask, *, account: int) -> Limits:
    """Raises NotFound."""
    found = sql.row(
        """SELECT account_id, floor_minor, debits_blocked FROM ledger_balance
            WHERE account_id = %(account)s""",
        {"account": account},
    )
    if found is None:
        raise NotFound
    return Limits(*found)


@reads("probe.accounts", permission=MOVE, tag=PROBES, summary=SENTENCE, example={})
def accounts(ask: Ask, *, query: Wanted, page: Slice) -> Page[int]:
    found = sql.rows(
        """SELECT id FROM ledger_account
            WHERE currency = %(currency)s AND id > %(after)s ORDER BY id LIMIT %(limit)s""",
        {
            "currency": query.currency,
            "after": page.after[0] if page.after else 0,
            "limit": page.limit,
        },
    )
    return page.of([one for (one,) in found], lambda one: [one])


@reads("probe.sought", permission=MOVE, tag=PROBES, summary=SENTENCE, example={})
def sought(ask: Ask, *, body: Sought, page: Slice) -> Page[str]:
    place = page.after[0] + 1 if page.after else 0
    return page.of([f"{body.text} {place + n}" for n in range(page.limit)], lambda one: [place])


@reads("probe.broken", permission=None, tag=PROBES, summary=SENTENCE, example={})
def broken(ask: Ask) -> int:
    raise RuntimeError("the secret of the house")


def _lock(account: int) -> None:
    """Raises NotFound."""
    held = sql.row(
        """SELECT pg_advisory_xact_lock(%(account)s) FROM ledger_balance
            WHERE account_id = %(account)s""",
        {"account": account},
    )
    if held is None:
        raise NotFound


MOVING = does("probe.move", tag=PROBES, example={}, location="probe/accounts/{account}/limits")
LIMITING = does("probe.limit", tag=PROBES, example={}, guarded=Guarded(read=limits, lock=_lock))

urlpatterns = [
    path(
        "api/v1/",
        include(
            [
                at("probe/moves", post=MOVING),
                at("probe/accounts", get=accounts),
                at("probe/sought", post=sought),
                at("probe/broken", get=broken),
                at("probe/accounts/<id:account>/limits", get=limits, put=LIMITING),
                *api.urlpatterns,
            ]
        ),
    ),
    *urls.urlpatterns,
]
handler404 = urls.handler404
