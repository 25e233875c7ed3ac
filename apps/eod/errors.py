"""Refusals of the clock."""

import datetime as dt
from collections.abc import Mapping, Sequence

from apps.control.declarations import CONSTRAINT_REFUSALS, GATES
from apps.kernel.errors import Refusal
from apps.kernel.text import Text

# A sentence names this many obstacles; the data has them all.
NAMED_OBSTACLES = 5


class DateNotCurrent(Refusal):
    code = "eod.date_not_current"
    status = 409
    sentence = Text(
        uk="Дата {date} не є поточним операційним днем. Закривають лише поточний день.",
        en="{date} is not the current booking date. Only the current date can be closed.",
    )


class OlderDateCloses(Refusal):
    code = "eod.older_date_closes"
    status = 409
    sentence = Text(
        uk="Попередній день ще закривається. Дочекайтеся його або подивіться, що його тримає.",
        en="The date before is still closing. Wait for it, or look at what holds it.",
    )


class GateShut(Refusal):
    """Something must be done before the date may close; each obstacle names whose it is."""

    code = "eod.gate_shut"
    status = 409
    sentence = Text(
        uk="День {date} ще не можна закрити: {obstacles}. Усуньте це й повторіть.",
        en="{date} cannot close yet: {obstacles}. Clear this and try again.",
    )

    def __init__(self, *, date: dt.date, obstacles: Sequence[Mapping[str, str]]) -> None:
        super().__init__(date=date.isoformat(), obstacles=[dict(one) for one in obstacles])

    @property
    def text(self) -> Text:
        obstacles = self.data["obstacles"]
        uk, en = [], []
        for one in obstacles[:NAMED_OBSTACLES]:
            title, rest = GATES[one["gate"]].title, f"{one['what']} ({one['owner']})"
            uk.append(f"{title.uk}: {rest}")
            en.append(f"{title.en}: {rest}")
        if more := len(obstacles[NAMED_OBSTACLES:]):
            uk.append(f"та ще {more}")
            en.append(f"and {more} more")
        return Text(
            uk=self.sentence.uk.format(date=self.data["date"], obstacles="; ".join(uk)),
            en=self.sentence.en.format(date=self.data["date"], obstacles="; ".join(en)),
        )


class NothingToDo(Refusal):
    """A piece of the close that is done, taken back, or of another date."""

    code = "eod.nothing_to_do"
    status = 409
    sentence = Text(
        uk="Цієї частини закриття немає серед невиконаних. Оновіть перелік.",
        en="This part of the close is not among those to be done. Refresh the list.",
    )


class NotReadyToClose(Refusal):
    code = "eod.not_ready_to_close"
    status = 409
    sentence = Text(
        uk="День {date} ще не готовий: лишилися невиконані кроки або порушені перевірки.",
        en="{date} is not ready: steps are left to do, or proofs found violations.",
    )


class ExceptionResolved(Refusal):
    code = "eod.exception_resolved"
    status = 409
    sentence = Text(
        uk="Цей виняток уже усунуто. Оновіть перелік.",
        en="This exception is already resolved. Refresh the list.",
    )


class ExceptionOfAnotherDate(Refusal):
    code = "eod.exception_of_another_date"
    status = 409
    sentence = Text(
        uk="Виняток належить дню {date}, який зараз не закривається. Усуньте його поточним днем.",
        en="The exception belongs to {date}, which is not closing. Make it up in the current date.",
    )


class DateStillCloses(Refusal):
    code = "eod.date_still_closes"
    status = 409
    sentence = Text(
        uk="День {date} ще закривається: повторіть виняток у ньому самому.",
        en="{date} is still closing: retry the exception in that date itself.",
    )


class CannotMakeUp(Refusal):
    code = "eod.cannot_make_up"
    status = 409
    sentence = Text(
        uk="Крок «{step}» після закриття дня не повторюють. Виправте наслідки окремою операцією.",
        en="The step “{step}” is not repeated after its date. Correct it by another operation.",
    )


CONSTRAINT_REFUSALS.add("kernel_one_date_closing", OlderDateCloses)
