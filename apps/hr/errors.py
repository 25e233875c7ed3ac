"""Refusals of staff and payroll. None tells an amount of pay: the journal keeps what it tells."""

from apps.control.declarations import CONSTRAINT_REFUSALS
from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class NoPayRules(Refusal):
    code = "hr.no_pay_rules"
    sentence = Text(
        uk="На {date} немає правил оплати праці. Завантажте їх або оберіть пізніший місяць.",
        en="There are no rules of pay for {date}. Load them, or choose a later month.",
    )


class PayMalformed(Refusal):
    code = "hr.pay_malformed"
    sentence = Text(
        uk="Суму не вдалося прочитати. Введіть додатне число цифрами, наприклад 25000.00.",
        en="The amount cannot be read. Enter a positive number in digits, for example 25000.00.",
    )


class StatusMalformed(Refusal):
    code = "hr.status_malformed"
    sentence = Text(
        uk="Відомості про пільги не вдалося прочитати. Перевірте пільгу, кількість дітей і дати.",
        en="The personal status cannot be read. Check the benefit, the children and the dates.",
    )


class PayHidden(Refusal):
    code = "hr.pay_hidden"
    status = 403
    sentence = Text(
        uk="Оплату праці тут бачать лише ті, хто має на це право. Зверніться до відділу оплати.",
        en="Pay is shown here only to those who have the right. Ask the payroll department.",
    )


class RulesOutOfRange(Refusal):
    code = "hr.rules_out_of_range"
    sentence = Text(
        uk="Ставки мають бути від 0 до 100, а суми додатними. Виправте рядок від {valid_from}.",
        en="Rates lie between 0 and 100, and amounts above zero. Correct the line of {valid_from}.",
    )


class RulesTwice(Refusal):
    code = "hr.rules_twice"
    status = 409
    sentence = Text(
        uk="Правила оплати або вид відпустки вже є. Залиште у файлі лише нові рядки.",
        en="Rules of that date, or a kind of leave, are there already. Keep only the new lines.",
    )


class UnitCodeTaken(Refusal):
    code = "hr.unit_code_taken"
    status = 409
    sentence = Text(
        uk="Підрозділ із таким кодом уже є. Вкажіть інший код.",
        en="There is a unit with this code. Give another code.",
    )


class UnitInItself(Refusal):
    code = "hr.unit_in_itself"
    status = 409
    sentence = Text(
        uk="Підрозділ не може входити до самого себе. Оберіть вищий підрозділ з іншої гілки.",
        en="A unit cannot lie in itself. Choose a unit above it from another branch of the tree.",
    )


class PositionElsewhere(Refusal):
    code = "hr.position_elsewhere"
    status = 409
    sentence = Text(
        uk="Посада {position} належить іншому підрозділу. Вкажіть новий код посади.",
        en="Position {position} belongs to another unit. Give the position a new code.",
    )


class RolesNotGivenHere(Refusal):
    code = "hr.roles_not_given_here"
    sentence = Text(
        uk="Роль {role} дає лише адміністратор, не кадри. Приберіть її із запиту.",
        en="Role {role} is given by administrators, not by staff records. Take it off the request.",
    )


class AdministersRights(Refusal):
    code = "hr.administers_rights"
    status = 409
    sentence = Text(
        uk="Працівник керує правами інших: ролі йому дають адміністратори. Зверніться до них.",
        en="The employee administers others' rights: roles come from administrators. Ask them.",
    )


class NoRoles(Refusal):
    code = "hr.no_roles"
    sentence = Text(
        uk="Ні посада, ні запит не називають ролей. Вкажіть хоча б одну.",
        en="Neither the position nor the request names a role. Name at least one.",
    )


class UsernameNeeded(Refusal):
    code = "hr.username_needed"
    sentence = Text(
        uk="Працівник ще не має входу в систему. Вкажіть ім’я користувача.",
        en="The employee has no user of the system yet. Give a user name.",
    )


class PositionFull(Refusal):
    code = "hr.position_full"
    status = 409
    sentence = Text(
        uk="У штатному розписі на {date} вільно {free} % ставки. Змініть розпис або посаду.",
        en="The staffing plan of {date} has {free} % of a post free. Change the plan or the post.",
    )


class AlreadyEmployed(Refusal):
    code = "hr.already_employed"
    status = 409
    sentence = Text(
        uk="Ця людина вже працює в банку. Змініть умови її роботи замість нового прийняття.",
        en="This person works in the bank already. Change the terms instead of hiring anew.",
    )


class UserOfAnother(Refusal):
    code = "hr.user_of_another"
    status = 409
    sentence = Text(
        uk="Цей користувач належить іншому працівникові. Вкажіть інше ім’я користувача.",
        en="This user belongs to another employee. Give another user name.",
    )


class AccountUnfit(Refusal):
    code = "hr.account_unfit"
    sentence = Text(
        uk="Рахунок для зарплати має бути власний, відкритий і в {currency}. Оберіть інший.",
        en="The account for pay is the person's own, open, and in {currency}. Choose another.",
    )


class DateImpossible(Refusal):
    code = "hr.date_impossible"
    sentence = Text(
        uk="Дата {given} має бути від {earliest} до {latest}. Виправте її.",
        en="The date {given} must lie between {earliest} and {latest}. Correct it.",
    )


class TermOfContract(Refusal):
    code = "hr.term_of_contract"
    sentence = Text(
        uk="Строковий договір має дату закінчення, безстроковий її не має. Виправте договір.",
        en="A contract for a fixed term has an end, a permanent one none. Correct the contract.",
    )


class BelowMinimumWage(Refusal):
    code = "hr.below_minimum_wage"
    sentence = Text(
        uk="Оклад нижчий за мінімальну зарплату для цієї частки ставки. Збільште його.",
        en="The salary is below the minimum wage for this part of a post. Raise it.",
    )


class OwnAffairs(Refusal):
    code = "hr.own_affairs"
    status = 403
    sentence = Text(
        uk="Власні кадрові справи веде хтось інший. Попросіть колегу.",
        en="One's own staff affairs are handled by somebody else. Ask a colleague.",
    )


class EmployeeLeft(Refusal):
    code = "hr.employee_left"
    status = 409
    sentence = Text(
        uk="Останній робочий день був {left_on}. Оберіть дату до нього або іншого працівника.",
        en="The last day of work was {left_on}. Choose a date before it, or another employee.",
    )


class NotEmployee(Refusal):
    code = "hr.not_an_employee"
    status = 409
    sentence = Text(
        uk="Вашого входу немає в кадрових записах. Зверніться до відділу кадрів.",
        en="Your user is not in the staff records. Ask the staff department.",
    )


class AbsentTwice(Refusal):
    code = "hr.absent_twice"
    status = 409
    sentence = Text(
        uk="У ці дні працівник уже відсутній. Скасуйте попередню відпустку або змініть дати.",
        en="The employee is absent on these days already. Cancel that leave or change the dates.",
    )


class LeaveTooLong(Refusal):
    code = "hr.leave_too_long"
    sentence = Text(
        uk="Відпустка триває від 1 до {longest} днів. Виправте дати.",
        en="A leave lasts from 1 to {longest} days. Correct the dates.",
    )


class NotEnoughLeave(Refusal):
    code = "hr.not_enough_leave"
    status = 409
    sentence = Text(
        uk="Попросили днів: {asked}, а доступно {left}. Зменште відпустку або оберіть інший вид.",
        en="Asked were {asked} days, and {left} are left. Shorten the leave or take another kind.",
    )


class AlreadyCancelled(Refusal):
    code = "hr.already_cancelled"
    status = 409
    sentence = Text(
        uk="Це вже скасовано {cancelled_on}. Оновіть сторінку.",
        en="This was cancelled on {cancelled_on} already. Reload the page.",
    )


class DeductionMalformed(Refusal):
    code = "hr.deduction_malformed"
    sentence = Text(
        uk="Вид утримання або отримувача не вдалося прочитати. Виправте їх.",
        en="The kind of the deduction or its recipient cannot be read. Correct them.",
    )


class PercentOrAmount(Refusal):
    code = "hr.percent_or_amount"
    sentence = Text(
        uk="Утримання має або відсоток від 0.01 до 100, або суму. Вкажіть одне з них.",
        en="A deduction has a percentage from 0.01 to 100, or an amount. Give one of the two.",
    )


class PayrollState(Refusal):
    code = "hr.payroll_state"
    status = 409
    sentence = Text(
        uk="Відомість у стані «{state}». Підготуйте нову або оберіть іншу.",
        en="The payroll is in the state “{state}”. Prepare a new one, or choose another.",
    )


class PayrollStale(Refusal):
    code = "hr.payroll_stale"
    status = 409
    sentence = Text(
        uk="Після підготовки відомості дані змінилися. Підготуйте її заново.",
        en="What the payroll was made of has changed since. Prepare it anew.",
    )


class NobodyToPay(Refusal):
    code = "hr.nobody_to_pay"
    status = 409
    sentence = Text(
        uk="За {month} нікому нічого не належить. Перевірте місяць і працівників.",
        en="Nothing is due to anybody for {month}. Check the month and the employees.",
    )


class PreparedTwice(Refusal):
    code = "hr.prepared_twice"
    status = 409
    retryable = True
    sentence = Text(
        uk="Відомість за цей місяць саме готує хтось інший. Зачекайте й повторіть.",
        en="Somebody else is preparing a payroll of this month just now. Wait and try again.",
    )


class ReverseLaterFirst(Refusal):
    code = "hr.reverse_later_first"
    status = 409
    sentence = Text(
        uk="Після цієї відомості проведено пізнішу за той самий місяць. Сторнуйте спершу її.",
        en="A later payroll of the same month was posted after this one. Reverse that one first.",
    )


class MoneySpent(Refusal):
    code = "hr.money_spent"
    status = 409
    sentence = Text(
        uk="На рахунках, яких {accounts}, виплаченого вже немає. Сторнуйте без повернення коштів.",
        en="On {accounts} accounts the pay is gone already. Reverse without taking it back.",
    )


CONSTRAINT_REFUSALS.add("hr_payrule_one_a_day", RulesTwice)
CONSTRAINT_REFUSALS.add("hr_leavekind_code_once", RulesTwice)
CONSTRAINT_REFUSALS.add("hr_unit_code_once", UnitCodeTaken)
CONSTRAINT_REFUSALS.add("hr_unit_not_in_itself", UnitInItself)
CONSTRAINT_REFUSALS.add("hr_employee_employed_once", AlreadyEmployed)
CONSTRAINT_REFUSALS.add("hr_employee_user_once", UserOfAnother)
CONSTRAINT_REFUSALS.add("hr_employee_term", TermOfContract)
CONSTRAINT_REFUSALS.add("hr_absence_apart", AbsentTwice)
CONSTRAINT_REFUSALS.add("hr_payroll_one_draft", PreparedTwice)
