"""Screens that move the day: the next date opened, a close begun, what failed done again."""

import datetime as dt
import logging
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.control import door
from apps.control.commands import Command
from apps.control.screens import Crumb, OperationScreen, Request
from apps.eod import queries, subjects
from apps.eod.forms import DateForm, MendedForm, ProveForm
from apps.eod.operations import MakeUpException, OpenNextDay, ProveAgain, RetryException, StartClose
from apps.eod.queries import ExceptionLine
from apps.eod.views import Console
from apps.kernel import formats
from apps.kernel.fields import Form
from apps.kernel.text import Text

log = logging.getLogger(__name__)


class DayDeed(OperationScreen):
    """An operation of the day, which leads back to the console."""

    whole_bank = True

    def crumbs(self) -> list[Crumb]:
        return [(reverse("eod:console"), str(Console.title))]

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("eod:console")


class OpenNext(DayDeed):
    """The open date ends, and the next one begins."""

    operation = "eod.open_next_day"
    form_class = DateForm
    title: ClassVar[Text] = Text(uk="Відкрити наступний день", en="Open the next day")
    confirm_label: ClassVar[Text] = Text(uk="Відкрити", en="Open it")

    def initial(self) -> dict[str, Any]:
        return {"date": self.request.date}

    def command(self, data: dict[str, Any]) -> OpenNextDay:
        return OpenNextDay(closing=data["date"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        ends, begins = data["date"], data["date"] + dt.timedelta(days=1)
        return Text(
            uk=f"День {formats.date(ends, 'uk')} більше не прийматиме проведень: відкриється "
            f"{formats.date(begins, 'uk')}, і вся нова робота піде в нього. Назад дні не ходять.",
            en=f"{formats.date(ends, 'en')} takes no more entries: {formats.date(begins, 'en')} "
            "opens, and all new work goes into it. Dates do not go back.",
        )


class Start(DayDeed):
    """The close of the date that was open before is begun, or workers are called to it again."""

    operation = "eod.start_close"
    form_class = DateForm
    title: ClassVar[Text] = Text(uk="Закрити день", en="Close the day")
    confirm_label: ClassVar[Text] = Text(uk="Почати", en="Begin")

    def first(self) -> HttpResponse | None:
        close = queries.under_way()
        if close is None:
            return HttpResponseRedirect(reverse("eod:console"))
        self.close = close
        return None

    def initial(self) -> dict[str, Any]:
        return {"date": self.close.date}

    def command(self, data: dict[str, Any]) -> StartClose:
        return StartClose()

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        uk, en = (formats.date(self.close.date, language) for language in ("uk", "en"))
        steps, chunks = seen.result["steps"], seen.result["chunks"]
        if self.close.started:
            return Text(
                uk=f"Закриття {uk} вже триває. Виконавців буде покликано ще раз; зробленого "
                "двічі не роблять.",
                en=f"The close of {en} is under way. Workers are called once more; nothing is "
                "done twice.",
            )
        return Text(
            uk=f"Почнеться закриття {uk}: кроків {steps}, частин {chunks}. Каси тим часом "
            "працюють у новому дні.",
            en=f"The close of {en} begins: {steps} steps in {chunks} chunks. Tills work on in "
            "the new day meanwhile.",
        )


class Mending(DayDeed):
    """Something that failed is tried again; what fails anew is told and changes nothing."""

    confirm_label: ClassVar[Text] = Text(uk="Повторити", en="Do it again")

    def post(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - a step may fail in any way, as in a worker
            log.warning("%s failed again: %s", self.operation, error)
            form = self.form_class(request.POST)
            form.is_valid()
            lines = str(error).strip().splitlines()
            why = lines[0] if lines else type(error).__name__
            form.add_error(None, str(_FAILS_STILL.filled({"why": why})))
            return self._ask(form, key=request.POST.get("key", ""), status=409)


class OfException(Mending):
    """What one exception is about is done again."""

    form_class = MendedForm
    template_name = "eod/mend.html"
    line: ExceptionLine

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = queries.exception(kwargs["exception"])
        if found is None:
            raise Http404
        self.line = found
        return super().dispatch(request, *args, **kwargs)

    def form_context(self, form: Form) -> dict[str, Any]:
        about = subjects.of_exceptions([self.line], rights=self.request.rights)
        return {"line": self.line, "about": about[self.line.id]}


class Retry(OfException):
    operation = "eod.retry_exception"
    title: ClassVar[Text] = Text(uk="Повторити виняток", en="Retry an exception")

    def command(self, data: dict[str, Any]) -> Command:
        return RetryException(exception=self.line.id, reason=data["reason"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        step, uk, en = self.line.title, *_dates(self.line.date)
        return Text(
            uk=f"«{step.uk}» буде виконано для цього винятку днем {uk}, і закриття піде далі.",
            en=f"“{step.en}” is done for this exception on {en}, and the close goes on.",
        )


class MakeUp(OfException):
    operation = "eod.make_up_exception"
    title: ClassVar[Text] = Text(uk="Усунути виняток закритого дня", en="Make up for an exception")

    def command(self, data: dict[str, Any]) -> Command:
        return MakeUpException(exception=self.line.id, reason=data["reason"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        step, uk, en = self.line.title, *_dates(self.line.date)
        now_uk, now_en = _dates(self.request.date)
        return Text(
            uk=f"«{step.uk}» за {uk} буде виконано тепер; проведення підуть у {now_uk}.",
            en=f"“{step.en}” of {en} is done now; its entries go into {now_en}.",
        )


class Prove(Mending):
    """Snapshots and proofs of the closing date are made anew."""

    operation = "eod.prove_again"
    form_class = ProveForm
    title: ClassVar[Text] = Text(uk="Перевірити день ще раз", en="Prove the day again")
    confirm_label: ClassVar[Text] = Text(uk="Перевірити", en="Prove it")

    def first(self) -> HttpResponse | None:
        close = queries.under_way()
        if close is None:
            return HttpResponseRedirect(reverse("eod:console"))
        self.date = close.date
        return None

    def initial(self) -> dict[str, Any]:
        return {"date": self.date}

    def command(self, data: dict[str, Any]) -> ProveAgain:
        return ProveAgain(date=data["date"], reason=data["reason"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        uk, en = _dates(data["date"])
        return Text(
            uk=f"Знімки та перевірки {uk} буде зроблено заново. Якщо все зійдеться, день "
            "закриється сам.",
            en=f"Snapshots and proofs of {en} are made anew. If they agree, the day closes by "
            "itself.",
        )


_FAILS_STILL = Text(
    uk="Не вдалося знову, і нічого не змінено: {why}. Усуньте причину й повторіть.",
    en="It failed again, and nothing has changed: {why}. Take the cause away and try again.",
)


def _dates(date: dt.date) -> tuple[str, str]:
    return formats.date(date, "uk"), formats.date(date, "en")
