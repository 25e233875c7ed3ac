"""A step of the close: whoever's last day of work it was has no access any more."""

import datetime as dt
from typing import Any

from apps.access.operations import CloseUser, close_user
from apps.access.subjects import USER
from apps.control.declarations import STEPS, Chunk, Phase, Step
from apps.control.run import Run
from apps.hr import queries
from apps.kernel.text import Text


def cut_leavers(*, date: dt.date, size: int) -> list[Chunk]:
    """One chunk of the users to be closed; on most days none at all."""
    leavers = queries.leavers_with_access(date)
    return [Chunk(leavers[0], leavers[-1], len(leavers))] if leavers else []


def close_access(*, date: dt.date, chunk: Chunk, run: Run) -> dict[str, Any]:
    """Close the users of those who left by this date; their roles ended with the day itself."""
    found = queries.leavers_with_access(date)
    leavers = [user for user in found if chunk.low <= user <= chunk.high]
    for user in leavers:
        close_user(cmd=CloseUser(user=user), run=run)
    return {"closed": len(leavers)}


STEPS.add(
    "hr.close_access",
    Step(
        name="hr.close_access",
        phase=Phase.CLOSE,
        title=Text(uk="Закриття доступу звільнених", en="Closing the access of leavers"),
        cut=cut_leavers,
        over=USER,
        body=close_access,
    ),
)
