"""Screens of budgets: versions, a version with its rows, filling it in, and adopting it."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language

from apps.control import door
from apps.control.commands import Command
from apps.control.screens import Crumb, OperationScreen, Request, Screen
from apps.finance import budgeting, workbooks
from apps.finance.budget_forms import BeginForm, ImportForm, RowForm
from apps.finance.models import Budget
from apps.finance.operations.budgets import (
    MANAGE,
    AdoptBudget,
    BeginBudget,
    BudgetRow,
    SetBudgetRows,
)
from apps.kernel import formats
from apps.kernel.errors import Refusal
from apps.kernel.fields import Form
from apps.kernel.money import Money
from apps.kernel.queries import bank
from apps.kernel.text import Text

VIEW = "finance.view_budgets"
PAGE = 50
_BUDGETS = Text(uk="Бюджети", en="Budgets")


def _title(found: budgeting.Version) -> Text:
    return Text(
        uk=f"Бюджет {found.year}, версія {found.version}",
        en=f"Budget of {found.year}, version {found.version}",
    )


class Budgets(Screen):
    """Versions of budgets with their sums, those begun last first."""

    permission = VIEW
    whole_bank = True
    title: ClassVar[Text] = _BUDGETS
    template_name = "finance/budgets.html"

    def get(self, request: Request) -> HttpResponse:
        given = request.GET.get("before", "")
        before = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
        found = budgeting.versions(before=before, limit=PAGE)
        return self.show(
            {
                "versions": found,
                "currency": bank().base_currency,
                "next": found[-1].id if len(found) == PAGE else None,
                "is_first": before is None,
                "manages": request.rights.reaches(MANAGE, None),
            }
        )


class OneBudget(Screen):
    """A version with its rows by month."""

    permission = VIEW
    whole_bank = True
    template_name = "finance/budget.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return _title(self.version)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = budgeting.version(kwargs["budget"]) if self.is_open() else None
        if self.is_open() and found is None:
            raise Http404
        if found is not None:
            self.version = found
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, budget: int) -> HttpResponse:
        rows = budgeting.rows(budget)
        is_draft = self.version.state == Budget.State.DRAFT
        return self.show(
            {
                "version": self.version,
                "rows": rows,
                "sums": _sums(rows),
                "months": range(1, 13),
                "currency": bank().base_currency,
                "manages": is_draft and request.rights.reaches(MANAGE, None),
            }
        )

    def crumbs(self) -> list[Crumb]:
        return [(reverse("finance:budgets"), str(_BUDGETS))]


def _sums(rows: list[budgeting.PlannedRow]) -> list[dict[str, Any]]:
    """Income, expense and what is left of them, by month."""
    by_kind = {
        kind: [sum(row.minors[month] for row in rows if row.kind == kind) for month in range(12)]
        for kind in ("income", "expense")
    }
    left = [a - b for a, b in zip(by_kind["income"], by_kind["expense"], strict=True)]
    told = (
        (Text(uk="Усього доходів", en="Total income"), by_kind["income"]),
        (Text(uk="Усього витрат", en="Total expense"), by_kind["expense"]),
        (Text(uk="Результат", en="Result"), left),
    )
    return [{"label": label, "minors": minors, "total": sum(minors)} for label, minors in told]


class Template(OneBudget):
    """A workbook to fill in, which begins with the rows that the version has."""

    def get(self, request: Request, budget: int) -> HttpResponse:
        content = workbooks.template(
            budgeting.rows(budget),
            base=bank().base_currency,
            accounts=budgeting.plannable(),
            branches=list(budgeting.branches()),
            language=get_language() or "uk",
        )
        response = HttpResponse(content, content_type=workbooks.CONTENT_TYPE)
        name = f"budget-{self.version.year}-{self.version.version}.xlsx"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class Import(OneBudget):
    """A filled-in workbook becomes the rows of a draft, if nothing in it is wrong."""

    permission = MANAGE
    template_name = "finance/budget_import.html"

    @property
    def title(self) -> Text:  # type: ignore[override]
        return Text(uk="Завантажити бюджет з файла", en="Import a budget from a file")

    def get(self, request: Request, budget: int) -> HttpResponse:
        return self._ask(ImportForm())

    def post(self, request: Request, budget: int) -> HttpResponse:
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._ask(form, status=422)
        read = workbooks.read(
            form.cleaned_data["workbook"].read(),
            base=bank().base_currency,
            accounts=budgeting.gl_accounts(codes=[code for code, *_ in budgeting.plannable()]),
            branches=budgeting.branches(),
        )
        if read.problems:
            return self._ask(form, problems=read.problems, status=422)
        command = SetBudgetRows(
            budget=budget, rows=tuple(read.rows), only=form.cleaned_data["only"]
        )
        try:
            door.execute(
                "finance.set_budget_rows",
                command,
                actor=request.actor,
                key=form.cleaned_data["key"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal.text))
            return self._ask(form, status=refusal.status)
        return HttpResponseRedirect(reverse("finance:budget", args=[budget]))

    def _ask(
        self,
        form: ImportForm,
        *,
        problems: list[workbooks.Problem] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {"form": form, "problems": problems or [], "version": self.version}
        return self.show(context, status=status)

    def crumbs(self) -> list[Crumb]:
        own = reverse("finance:budget", args=[self.version.id])
        return [*super().crumbs(), (own, str(_title(self.version)))]


# --- Doing --------------------------------------------------------------------------------------


class Begin(OperationScreen):
    """A draft of a year, empty or like an earlier version."""

    operation = "finance.begin_budget"
    form_class = BeginForm
    title: ClassVar[Text] = Text(uk="Нова версія бюджету", en="New version of a budget")
    confirm_label: ClassVar[Text] = Text(uk="Почати", en="Begin")

    def form_kwargs(self) -> dict[str, Any]:
        return {"versions": budgeting.versions()}

    def initial(self) -> dict[str, Any]:
        return {"year": self.request.date.year}

    def command(self, data: dict[str, Any]) -> Command:
        return BeginBudget(year=data["year"], name=data["name"], like=data["like"])

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        year, number = data["year"], seen.result["version"]
        return Text(
            uk=f"З’явиться чернетка бюджету {year} року, версія {number}. Діяти вона почне, коли "
            "її затвердить інша людина.",
            en=f"A draft of the budget of {year} appears, version {number}. It comes into force "
            "when another person has agreed to it.",
        )

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("finance:budget", args=[outcome.result["budget"]])

    def crumbs(self) -> list[Crumb]:
        return [(reverse("finance:budgets"), str(_BUDGETS))]


class OnBudget(OperationScreen):
    """An operation on the version that the address names."""

    version: budgeting.Version

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_open():
            found = budgeting.version(kwargs["budget"])
            if found is None:
                raise Http404
            self.version = found
        return super().dispatch(request, *args, **kwargs)

    def done_url(self, outcome: door.Outcome) -> str:
        return reverse("finance:budget", args=[self.version.id])

    def crumbs(self) -> list[Crumb]:
        own = reverse("finance:budget", args=[self.version.id])
        return [(reverse("finance:budgets"), str(_BUDGETS)), (own, str(_title(self.version)))]


class SetRow(OnBudget):
    """One row of a draft: an account in a branch and centre, month by month."""

    operation = "finance.set_budget_rows"
    form_class = RowForm
    template_name = "finance/budget_row.html"
    title: ClassVar[Text] = Text(uk="Рядок бюджету", en="Row of a budget")
    confirm_label: ClassVar[Text] = Text(uk="Записати", en="Save")
    fields_of: ClassVar = {
        "ledger.unknown_gl_account": "gl_code",
        "finance.not_planned": "gl_code",
        "finance.unknown_branch": "branch",
    }

    def form_kwargs(self) -> dict[str, Any]:
        return {
            "accounts": budgeting.plannable(),
            "branches": list(budgeting.branches()),
            "currency": bank().base_currency,
        }

    def initial(self) -> dict[str, Any]:
        """The row that the address names, as it is."""
        place = tuple(self.request.GET.get(name, "") for name in ("gl", "branch", "centre"))
        found = next(
            (
                row
                for row in (budgeting.rows(self.version.id) if place[0] else [])
                if (row.gl_code, row.branch, row.centre) == place
            ),
            None,
        )
        if found is None:
            return {}
        base = bank().base_currency
        months = {
            f"month_{month}": f"{Money(minor, base).decimal:f}" if minor else ""
            for month, minor in enumerate(found.minors, 1)
        }
        return {"gl_code": place[0], "branch": place[1], "centre": place[2], **months}

    def command(self, data: dict[str, Any]) -> Command:
        row = BudgetRow(
            gl_code=data["gl_code"],
            branch=data["branch"],
            centre=data["centre"],
            amounts=tuple(f"{amount.decimal:f}" for amount in data["amounts"]),
        )
        return SetBudgetRows(budget=self.version.id, rows=(row,))

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        total = sum(data["amounts"][1:], data["amounts"][0])
        uk, en = (formats.money(total, language) for language in ("uk", "en"))
        code = data["gl_code"]
        return Text(
            uk=f"На рахунку {code} буде заплановано {uk} за рік.",
            en=f"{en} a year will be planned on account {code}.",
        )


class Adopt(OnBudget):
    """A draft comes into force, once another person agrees."""

    operation = "finance.adopt_budget"
    form_class = Form
    title: ClassVar[Text] = Text(uk="Затвердити бюджет", en="Adopt a budget")
    confirm_label: ClassVar[Text] = Text(uk="Затвердити", en="Adopt")

    def command(self, data: dict[str, Any]) -> Command:
        return AdoptBudget(budget=self.version.id)

    def words(self, data: dict[str, Any], seen: door.Preview) -> Text:
        base, found = bank().base_currency, self.version
        told = {
            language: [
                formats.money(Money(minor, base), language)
                for minor in (found.income_minor, found.expense_minor)
            ]
            for language in ("uk", "en")
        }
        return Text(
            uk=f"Бюджет {found.year} року, версія {found.version}, почне діяти: доходи "
            f"{told['uk'][0]}, витрати {told['uk'][1]}, рядків: {found.rows}. Змінити його потім "
            "не можна, лише почати нову версію.",
            en=f"The budget of {found.year}, version {found.version}, comes into force: income "
            f"{told['en'][0]}, expense {told['en'][1]}, in {found.rows} rows. It cannot be changed "
            "afterwards; a new version can be begun.",
        )
