"""Refusals of manual entries, budgets and the close of months."""

from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class NotInternal(Refusal):
    code = "finance.not_internal"
    sentence = Text(
        uk="Рахунок {account} не є внутрішнім: на рахунки клієнтів і каси проводять їхні операції.",
        en="Account {account} is not internal: customers' accounts and tills have operations.",
    )


class DoesNotBalance(Refusal):
    code = "finance.does_not_balance"
    sentence = Text(
        uk="Дебет {debits} не дорівнює кредиту {credits}. Виправте суми.",
        en="Debits of {debits} do not equal credits of {credits}. Correct the amounts.",
    )


class OwnEntry(Refusal):
    code = "finance.own_entry"
    status = 403
    sentence = Text(
        uk="Це проведення зробили ви, за згодою іншої людини. Сторнувати його має хтось інший.",
        en="You booked this entry, as another person agreed. Somebody else must reverse it.",
    )


class BudgetAdopted(Refusal):
    code = "finance.budget_adopted"
    status = 409
    sentence = Text(
        uk="Бюджет {budget} затверджено, змінити його не можна. Почніть нову версію.",
        en="Budget {budget} is adopted and cannot be changed. Begin a new version.",
    )


class BudgetEmpty(Refusal):
    code = "finance.budget_empty"
    status = 409
    sentence = Text(
        uk="У чернетці немає жодного рядка. Заповніть її перед затвердженням.",
        en="The draft has no rows. Fill it in before it is adopted.",
    )


class NotPlanned(Refusal):
    code = "finance.not_planned"
    sentence = Text(
        uk="Рахунок {code} не є рахунком доходів чи витрат. Плануйте доходи й витрати.",
        en="Account {code} is neither income nor expense. Plan income and expense.",
    )


class PlannedTwice(Refusal):
    code = "finance.planned_twice"
    sentence = Text(
        uk="Рахунок {gl_code}, відділення {branch}, центр {centre} названо двічі. Залиште один "
        "рядок.",
        en="Account {gl_code}, branch {branch}, centre {centre} is named twice. Keep one row.",
    )


class UnknownBranch(Refusal):
    code = "finance.unknown_branch"
    status = 404
    sentence = Text(
        uk="Відділення з кодом {branch} немає серед відкритих. Перевірте код.",
        en="No open branch has the code {branch}. Check the code.",
    )


class MonthClosed(Refusal):
    code = "finance.month_closed"
    status = 409
    sentence = Text(
        uk="Місяць {month} уже закрито. Щоб щось у ньому змінити, попросіть його відкрити.",
        en="The month {month} is closed already. Ask for it to be opened before anything changes.",
    )


class MonthNotClosed(Refusal):
    code = "finance.month_not_closed"
    status = 409
    sentence = Text(
        uk="Місяць {month} не закрито, тож відкривати його не треба. Оберіть закритий місяць.",
        en="The month {month} is not closed, and need not be opened. Choose a closed one.",
    )


class MonthUnfinished(Refusal):
    code = "finance.month_unfinished"
    status = 409
    sentence = Text(
        uk="Місяць {month} ще не готовий до закриття. Залишилося: {left}.",
        en="The month {month} is not ready to be closed. Left to do: {left}.",
    )


class EarlierMonthOpen(Refusal):
    code = "finance.earlier_month_open"
    status = 409
    sentence = Text(
        uk="Місяць перед {month} ще не закрито. Закривайте місяці по черзі.",
        en="The month before {month} is not closed. Close months one after another.",
    )


class LaterMonthClosed(Refusal):
    code = "finance.later_month_closed"
    status = 409
    sentence = Text(
        uk="Після {month} є закритий місяць. Відкрийте спершу пізніший.",
        en="A month after {month} is closed. Open the later one first.",
    )
