"""Screens of the day: where the bank is, a close as it goes on, its exceptions and proofs."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.control.declarations import GATES, INVARIANTS
from apps.control.screens import Crumb, Request, Screen
from apps.control.views import deed
from apps.eod import chart, presence, queries, rules, subjects, telling
from apps.eod.operations import PERMISSION
from apps.eod.queries import Past, Progress, Stand, Standing
from apps.kernel import formats, wording
from apps.kernel.queries import bank
from apps.kernel.text import Text

# So many closes fill a page of the history, and so many the console's small chart.
PAGE, RECENT = 30, 14
# Dates behind are named one by one up to so many.
NAMED = 7
# A close in which nothing was finished for so long may lack workers.
QUIET_S = 20.0
# What has to be mended is owned by a role, told by its code, or by a person, by their name.
_ROLE = re.compile("[a-z][a-z0-9_]*")
# How often a page asks, where pieces are being done, and where a person must act first.
LIVE_S, PATIENT_S = 2, 10


class DayScreen(Screen):
    """A page for those who run the close: the dates are the whole bank's, so is the right."""

    permission: ClassVar[str] = PERMISSION
    whole_bank = True

    def crumbs(self) -> list[Crumb]:
        return [(reverse("eod:console"), str(Console.title))]


class Console(DayScreen):
    """Where the bank is, what keeps it there, and what can be done about it."""

    title: ClassVar[Text] = Text(uk="Операційний день", en="Day operations")
    template_name = "eod/console.html"

    def get(self, request: Request) -> HttpResponse:
        return self.show(console(request))

    def crumbs(self) -> list[Crumb]:
        return []


class Live(DayScreen):
    """What a page about a close asks for again and again: only what has changed.

    `seen` is what the page shows. Where that still holds, the numbers alone are swapped, in which
    nothing can have the focus; else what can be done is swapped too, and the news are said once.
    """

    def get(self, request: Request, date: dt.date) -> HttpResponse:
        seen = request.GET.get("seen", "")[:40]
        context = known_close(request, date)
        context["news"] = _news(context) if seen != context["seen"] else ""
        context["on"] = "console" if request.GET.get("on") == "console" else "day"
        if context["news"] and context["on"] == "console":
            context |= console(request, progress=context["progress"])
        return render(request, "eod/_live.html", context)


class Day(DayScreen):
    """The close of one date: its steps, exceptions and proofs, while it goes on and afterwards."""

    template_name = "eod/day.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        uk, en = (formats.date(self.kwargs["date"], language) for language in ("uk", "en"))
        return Text(uk=f"Закриття {uk}", en=f"Close of {en}")

    def get(self, request: Request, date: dt.date) -> HttpResponse:
        context = known_close(request, date)
        found = queries.neighbours(date)
        if found is None:
            raise Http404
        before, after = found
        return self.show(context | {"before": before, "after": after, "on": "day"})

    def crumbs(self) -> list[Crumb]:
        return [*super().crumbs(), (reverse("eod:history"), str(History.title))]


class Exceptions(DayScreen):
    """What could not be done and waits for a person, of all dates."""

    title: ClassVar[Text] = Text(uk="Винятки", en="Exceptions")
    template_name = "eod/exceptions.html"

    def get(self, request: Request) -> HttpResponse:
        lines = queries.open_exceptions()
        closing = queries.standing().closing
        return self.show({"exceptions": _exceptions(request, lines, closing)})


class Proof(DayScreen):
    """One proof of a date: the figures that were compared and do not agree."""

    template_name = "eod/proof.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        name = self.kwargs["name"]
        return INVARIANTS[name].title if name in INVARIANTS else Text(uk=name, en=name)

    def get(self, request: Request, date: dt.date, name: str) -> HttpResponse:
        found = next((one for one in queries.proofs_of(date) if one.name == name), None)
        if found is None:
            raise Http404
        width = len(found.first_rows[0]) if found.first_rows else 0
        columns = subjects.columns(name, width)
        rows = subjects.cells(
            columns,
            found.first_rows,
            date=date,
            base_currency=bank().base_currency,
            rights=request.rights,
        )
        context = {
            "date": date,
            "proof": found,
            "columns": columns,
            "rows": rows,
            "more": found.violations - len(rows),
            "may_prove": queries.stand(date) is Stand.CONTRADICTED,
        }
        return self.show(context)

    def crumbs(self) -> list[Crumb]:
        date = self.kwargs["date"]
        name = str(Text(uk=formats.date(date, "uk"), en=formats.date(date, "en")))
        return [*super().crumbs(), (reverse("eod:day", args=[date]), name)]


class HistoryPlace(forms.Form):
    before = forms.DateField(required=False)


class History(DayScreen):
    """Closes of the past: how long each took, by day, as a chart and as a table."""

    title: ClassVar[Text] = Text(uk="Історія закриттів", en="History of closes")
    template_name = "eod/history.html"

    def get(self, request: Request) -> HttpResponse:
        form = HistoryPlace(request.GET)
        before = form.cleaned_data["before"] if form.is_valid() else None
        past = queries.history(limit=PAGE, before=before)
        context = {
            "past": _told(past),
            "chart": chart.draw(past),
            "next": past[-1].date if len(past) == PAGE else None,
            "is_first": before is None,
        }
        return self.show(context)


# --- What the pages show ------------------------------------------------------------------------


def console(request: Request, *, progress: Progress | None = None) -> dict[str, Any]:
    """The whole console; `progress` where the close under way was read already."""
    standing = queries.standing()
    past = queries.history(limit=RECENT)
    context: dict[str, Any] = {
        "on": "console",
        "key": uuid4().hex,
        "standing": standing,
        "obstacles": [] if standing.closing else _obstacles(standing.open),
        "behind": _behind(standing),
        "schedule": settings.CLOSE_AT if settings.CLOSE_AT != rules.NEVER else "",
        "presence": presence.seen(),
        "unheard": Text(uk="останнім часом не чути", en="not lately"),
        "exceptions": _exceptions(request, queries.open_exceptions(), standing.closing),
        "chart": chart.draw(past),
    }
    if standing.closing is None:
        return context
    # Exceptions of all dates stand on the console, those of one on its own page.
    return close(request, standing.closing, progress=progress, past=past) | context


def known_close(request: Request, date: dt.date) -> dict[str, Any]:
    """The same of a date in an address. Raises Http404 where the bank never was there."""
    context = close(request, date)
    progress: Progress = context["progress"]
    if not progress.steps and (progress.stand is Stand.CLOSED or queries.neighbours(date) is None):
        raise Http404
    return context


def close(
    request: Request,
    date: dt.date,
    *,
    progress: Progress | None = None,
    past: Sequence[Past] | None = None,
) -> dict[str, Any]:
    """The close of a date as it is now."""
    progress = progress or queries.progress(date)
    running = progress.stand is Stand.RUNNING and bool(progress.steps)
    quiet_s = queries.quiet_s(date) if running else 0.0
    rows = sum(step.rows for step in progress.steps)
    done = sum(step.rows_done for step in progress.steps)
    is_closing = progress.stand not in {Stand.CLOSED, Stand.OPEN}
    return {
        "date": date,
        "progress": progress,
        "badge": telling.STANDS[progress.stand],
        "steps": [
            _step(number, step, progress, is_quiet=quiet_s > QUIET_S)
            for number, step in enumerate(progress.steps, 1)
        ],
        "steps_done": sum(step.status != "open" for step in progress.steps),
        "elapsed": telling.duration(progress.seconds) if progress.steps else "",
        "usual": _usual(past if past is not None else queries.history(limit=RECENT), date),
        "rows": telling.count(rows),
        "rows_done": telling.count(done),
        "quiet": telling.duration(quiet_s) if quiet_s > QUIET_S else "",
        "presence": presence.seen() if quiet_s > QUIET_S else None,
        "every": (LIVE_S if running else PATIENT_S) if is_closing else 0,
        "seen": _fingerprint(progress),
        "exceptions": _exceptions(
            request, queries.exceptions_of(date), date if is_closing else None
        ),
        "proofs": _proofs(date) if progress.proved else [],
    }


def _step(
    number: int, step: queries.StepProgress, progress: Progress, *, is_quiet: bool
) -> dict[str, Any]:
    """A step in words; where nothing moves, its speed so far foretells nothing."""
    is_front = progress.front is not None and progress.front.name == step.name
    is_moving = step.status == "done" or (
        is_front and progress.stand is Stand.RUNNING and not is_quiet
    )
    left = step.seconds_left if is_front and is_moving else None
    return {
        "number": number,
        "step": step,
        "phase": telling.PHASES.get(step.phase, ""),
        "state": telling.state(step, progress),
        "done": telling.count(step.chunks_done),
        "chunks": telling.count(step.chunks),
        # What took a moment has no speed worth a number.
        "rate": telling.count(step.rate) if is_moving and step.rate and step.seconds >= 1 else "",
        "took": telling.duration(step.seconds) if step.status == "done" else "",
        "left": telling.duration(left) if left is not None else "",
    }


def _exceptions(
    request: Request, lines: Sequence[queries.ExceptionLine], closing: dt.date | None
) -> list[dict[str, Any]]:
    """Exceptions with their subjects, and by which screen each is mended."""
    about = subjects.of_exceptions(lines, rights=request.rights)
    return [
        {
            "line": line,
            "about": about[line.id],
            # Further lines tell programmers where it happened; the journal has them.
            "why": str(line.reason).partition("\n")[0][:300],
            # In its own date while that closes; afterwards in the open one.
            "mend": "eod:retry" if line.date == closing else "eod:make_up",
        }
        for line in lines
    ]


def _proofs(date: dt.date) -> list[dict[str, Any]]:
    """The proofs of a date, those that found something first."""
    found = sorted(queries.proofs_of(date), key=lambda one: (not one.violations, one.name))
    return [
        {
            "proof": one,
            "title": INVARIANTS[one.name].title if one.name in INVARIANTS else one.name,
            "count": telling.count(one.violations),
            "took": telling.duration(one.seconds),
        }
        for one in found
    ]


def _obstacles(date: dt.date) -> list[dict[str, Any]]:
    """What the gates find, in words: what holds the date, and who can take it away."""
    told = []
    owners: dict[str, str] = {}
    for found in queries.obstacles(date):
        what, approval = found["what"], ""
        operation, mark, number = what.rpartition(" #")
        if mark and number.isdecimal() and found["gate"] == "control.parked_requests":
            what = f"{deed(operation)}, № {number}"
            approval = reverse("control:approval", args=[int(number)])
        owner = found["owner"]
        if owner not in owners:
            role = wording.named("role", owner) if _ROLE.fullmatch(owner) else None
            owners[owner] = role or owner
        told.append(
            {
                "title": GATES[found["gate"]].title,
                "what": what,
                "address": approval,
                "owner": owners[owner],
            }
        )
    return told


def _behind(standing: Standing) -> dict[str, Any] | None:
    """The dates that are over and not closed, oldest first; None where the bank keeps up.

    By the schedule; where nothing begins by itself, by the calendar of the bank's zone.
    """
    at = settings.CLOSE_AT if settings.CLOSE_AT != rules.NEVER else "00:00"
    due = rules.due_date(now=standing.now, zone=standing.zone, close_at=at)
    oldest = standing.closing or standing.open
    assert due is not None, "an hour was given"
    # The date that was closing anyway is not behind: its close is under way.
    first = standing.open if standing.closing and standing.open < due else oldest
    days = (due - first).days
    if days <= 0 or (days == 1 and standing.closing is None):
        return None
    named = [first + dt.timedelta(days=number) for number in range(min(days, NAMED))]
    is_jump = rules.is_jump(due=due, open_date=standing.open, longest_days=settings.CATCH_UP_DAYS)
    return {
        "days": days,
        "named": named,
        "more": days - len(named),
        "due": due,
        "is_jump": is_jump and settings.CLOSE_AT != rules.NEVER,
    }


def _told(past: Sequence[Past]) -> list[dict[str, Any]]:
    return [
        {"past": one, "took": telling.duration(one.seconds), "rows": telling.count(one.rows)}
        for one in past
    ]


def _usual(past: Sequence[Past], date: dt.date) -> str:
    """How long the closes of the last days took, the middle one of them."""
    taken = sorted(one.seconds for one in past if one.finished_at and one.date != date)
    return telling.duration(taken[len(taken) // 2]) if taken else ""


def _fingerprint(progress: Progress) -> str:
    """What a page must be told anew when it changes; numbers that only grow are not part of it."""
    steps = sum(step.status != "open" for step in progress.steps)
    front = progress.front.name if progress.front else ""
    return f"{progress.stand}.{len(progress.steps)}.{steps}.{progress.exceptions}.{front}"[:40]


def _news(context: dict[str, Any]) -> str:
    """One polite sentence of what has changed."""
    progress: Progress = context["progress"]
    if progress.stand is Stand.RUNNING and progress.front is not None:
        front, done, steps = progress.front.title, context["steps_done"], len(progress.steps)
        said = Text(
            uk=f"Виконується: {front.uk}. Кроків зроблено {done} із {steps}.",
            en=f"Running: {front.en}. {done} of {steps} steps are done.",
        )
    else:
        said = telling.STANDS[progress.stand][1]
    waiting = Text(uk=f"Винятків: {progress.exceptions}.", en=f"Exceptions: {progress.exceptions}.")
    return f"{said} {waiting}" if progress.exceptions else str(said)
