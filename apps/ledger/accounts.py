"""Opening, limiting and closing ledger accounts, for the bodies of operations.

Like posting, all of it is done by functions of the database, which alone may write the book. What
they do is owed to the run: a commit without its line of the journal fails.
"""

import datetime as dt

from apps.control.run import Run
from apps.kernel import sql


def open_account(
    *,
    run: Run,
    number: str,
    name: str,
    gl_code: str,
    branch: int,
    currency: str,
    owner: str,
    floor_minor: int = 0,
) -> int:
    """Open a limited account, whose natural balance never falls below `floor_minor`; its id.

    Raises UnknownGLAccount; a number that is taken breaks `ledger_account_number_key`.
    """
    opened: int = sql.value(
        """SELECT ledger_open_account_v2(%(run)s, %(number)s, %(name)s, %(gl)s, %(branch)s,
                                         %(currency)s, %(floor)s, %(owner)s, %(date)s)""",
        {
            "run": run.id,
            "number": number,
            "name": name,
            "gl": gl_code,
            "branch": branch,
            "currency": currency,
            "floor": floor_minor,
            "owner": owner,
            "date": run.date,
        },
    )
    return opened


def internal_account(*, run: Run, gl_code: str, branch: int, currency: str, part: str = "") -> int:
    """The bank's own account for a GL account in a branch and currency, opened when first needed.

    `part` tells several of one kind apart, for example the products whose interest is kept apart.
    It has no limit and no balance row, so that a thousand tellers never queue for it.
    """
    number = f"{gl_code}-{branch}-{currency}" + (f"-{part}" if part else "")
    opened: int = sql.value(
        """SELECT ledger_internal_account_v1(
                      %(number)s, g.name_uk, asked.code, %(branch)s, %(currency)s, %(date)s)
             FROM (SELECT %(gl)s AS code) asked
             LEFT JOIN ledger_glaccount g USING (code)""",
        {
            "number": number,
            "gl": gl_code,
            "branch": branch,
            "currency": currency,
            "date": run.date,
        },
    )
    return opened


def limit_account(
    *, run: Run, account: int, floor_minor: int, debits_blocked: bool, credits_blocked: bool
) -> None:
    """Set the floor and the blocks of a limited account; the floor may lie above the balance."""
    sql.rows(
        """SELECT ledger_limit_account_v2(%(run)s, %(account)s, %(floor)s, %(debits)s,
                                          %(credits)s)""",
        {
            "run": run.id,
            "account": account,
            "floor": floor_minor,
            "debits": debits_blocked,
            "credits": credits_blocked,
        },
    )


def close_account(*, run: Run, account: int) -> None:
    """Close an empty limited account. Raises AccountNotEmpty, AccountClosed, UnknownAccount."""
    sql.rows(
        "SELECT ledger_close_account_v2(%(run)s, %(account)s, %(date)s)",
        {"run": run.id, "account": account, "date": run.date},
    )


def hold(
    *, run: Run, account: int, amount_minor: int, reason: str, expires_on: dt.date | None
) -> int:
    """Keep back an amount, which may exceed what is there; the hold's id."""
    placed: int = sql.value(
        """SELECT ledger_hold_v2(%(run)s, %(account)s, %(amount)s, %(reason)s, %(date)s,
                                 %(expires)s::date)""",
        {
            "run": run.id,
            "account": account,
            "amount": amount_minor,
            "reason": reason,
            "date": run.date,
            "expires": expires_on,
        },
    )
    return placed


def release(*, run: Run, hold_id: int) -> int | None:
    """Release a hold; its amount in minor units, or None where it no longer stands."""
    released: int | None = sql.value(
        "SELECT ledger_release_v2(%(run)s, %(hold)s, %(date)s)",
        {"run": run.id, "hold": hold_id, "date": run.date},
    )
    return released
