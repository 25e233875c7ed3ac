"""Refusals of the cash desk: tills, sessions and counts."""

from apps.control.declarations import CONSTRAINT_REFUSALS
from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class TillNameTaken(Refusal):
    code = "cash.till_name_taken"
    status = 409
    sentence = Text(
        uk="Каса з такою назвою у цьому відділенні вже є. Оберіть іншу назву.",
        en="This branch has a till of that name. Choose another name.",
    )


class WrongKindOfTill(Refusal):
    code = "cash.wrong_kind_of_till"
    sentence = Text(
        uk="Каса «{till}» має вид «{kind}», а тут потрібен «{needed}». Оберіть іншу касу.",
        en="Till “{till}” is of the kind “{kind}”; this needs “{needed}”. Choose another till.",
    )


class SameTill(Refusal):
    code = "cash.same_till"
    sentence = Text(
        uk="Готівку не переміщують з каси в неї ж. Оберіть іншу касу призначення.",
        en="Cash is not moved from a till to itself. Choose another till to move it to.",
    )


class TillInUse(Refusal):
    code = "cash.till_in_use"
    status = 409
    sentence = Text(
        uk="На цій касі вже відкрито зміну. Закрийте її або оберіть іншу касу.",
        en="A session is open on this till. Close it or choose another till.",
    )


class TellerHasSession(Refusal):
    code = "cash.teller_has_session"
    status = 409
    sentence = Text(
        uk="У вас уже відкрито зміну на іншій касі. Спершу закрийте її.",
        en="You have a session open on another till. Close that one first.",
    )


class SessionNotOpen(Refusal):
    code = "cash.session_not_open"
    status = 409
    sentence = Text(
        uk="На касі «{till}» немає вашої зміни, відкритої {date}. Перерахуйте касу й відкрийте її.",
        en="You have no session open on till “{till}” on {date}. Count the till and open one.",
    )


class TillNotStaffed(Refusal):
    code = "cash.till_not_staffed"
    status = 409
    sentence = Text(
        uk="На касі «{till}» {date} не відкрито зміни. Нехай касир спершу відкриє її.",
        en="No session is open on till “{till}” on {date}. Let its teller open one first.",
    )


class SessionAlreadyClosed(Refusal):
    code = "cash.session_already_closed"
    status = 409
    sentence = Text(
        uk="Цю зміну вже закрито. Для нової роботи відкрийте нову зміну.",
        en="This session is closed already. Open a new one to go on working.",
    )


class SessionOfAnother(Refusal):
    code = "cash.session_of_another"
    status = 403
    sentence = Text(
        uk="Це зміна іншого касира. Закрити її може він сам або старший каси.",
        en="This is another teller's session. They close it themselves, or the head of the desk.",
    )


class CountDiffers(Refusal):
    code = "cash.count_differs"
    sentence = Text(
        uk="Перераховано {counted}, а за обліком у касі {expected}. Перерахуйте її ще раз.",
        en="{counted} was counted, and the till's book says {expected}. Count it again.",
    )


class UnknownDenomination(Refusal):
    code = "cash.unknown_denomination"
    sentence = Text(
        uk="Номіналу {given} немає. Виправте перелік; є: {known}.",
        en="There is no note or coin of {given}. Correct the list; there are: {known}.",
    )


CONSTRAINT_REFUSALS.add("cash_till_name_once", TillNameTaken)
CONSTRAINT_REFUSALS.add("cash_session_one_per_till", TillInUse)
CONSTRAINT_REFUSALS.add("cash_session_one_per_teller", TellerHasSession)
