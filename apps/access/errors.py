"""Refusals of users, roles and holdings."""

from apps.control.declarations import CONSTRAINT_REFUSALS
from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class UsernameTaken(Refusal):
    code = "access.username_taken"
    status = 409
    sentence = Text(
        uk="Таке ім’я входу вже є. Оберіть інше.",
        en="This user name is taken. Choose another.",
    )


class UnknownPermission(Refusal):
    code = "access.unknown_permission"
    sentence = Text(
        uk="Права «{permission}» немає в жодній операції. Оберіть право з довідника.",
        en="No operation has the right “{permission}”. Choose one from the reference.",
    )


class OwnRights(Refusal):
    code = "access.own_rights"
    status = 403
    sentence = Text(
        uk="Власні права змінити не можна. Попросіть іншого адміністратора.",
        en="You cannot change your own rights. Ask another administrator.",
    )


class RoleAlreadyHeld(Refusal):
    code = "access.role_already_held"
    status = 409
    sentence = Text(
        uk="Ця людина вже має цю роль тут від цього дня. Змініть дату або відкличте ту роль.",
        en="This person holds this role here from this date on. Change the date, or revoke it.",
    )


class EndsBeforeItBegins(Refusal):
    code = "access.ends_before_it_begins"
    sentence = Text(
        uk="Останній день ролі раніший за перший. Виправте дати.",
        en="The last date of the role is before its first. Correct the dates.",
    )


class WrongCode(Refusal):
    code = "access.wrong_code"
    status = 403
    sentence = Text(
        uk="Такого невикористаного резервного коду немає. Перевірте код або візьміть інший.",
        en="There is no such unused recovery code. Check it, or take another.",
    )


class CodeTwice(Refusal):
    code = "access.code_twice"
    status = 409
    sentence = Text(
        uk="Серед резервних кодів є однакові або вже видані. Згенеруйте інші.",
        en="Some recovery codes are alike, or were given before. Make others.",
    )


class NotASharedSecret(Refusal):
    code = "access.not_a_shared_secret"
    sentence = Text(
        uk="Секрет другого фактора має бути від 16 до 40 байтів шістнадцятковими цифрами."
        " Згенеруйте інший.",
        en="The secret of a second factor is 16 to 40 bytes in hexadecimal. Make another.",
    )


class NotAMachine(Refusal):
    code = "access.not_a_machine"
    sentence = Text(
        uk="Ключ API видають лише машині з окремим іменем, ніколи людині чи самому банку."
        " Оберіть або додайте такого користувача.",
        en="An API key is for a machine user of its own, never for a person or the bank itself."
        " Choose or add such a user.",
    )


class KeyLifetime(Refusal):
    code = "access.key_lifetime"
    sentence = Text(
        uk="Ключ API має закінчуватися в майбутньому, але не пізніше ніж за {days} днів."
        " Виправте строк.",
        en="An API key must end in the future and within {days} days. Correct its end.",
    )


class NotANetwork(Refusal):
    code = "access.not_a_network"
    sentence = Text(
        uk="«{given}» не є адресою чи мережею. Введіть, наприклад, 203.0.113.7 або 203.0.113.0/24.",
        en="“{given}” is no address or network. Enter, for example, 203.0.113.7 or 203.0.113.0/24.",
    )


class PrefixTaken(Refusal):
    code = "access.prefix_taken"
    status = 409
    sentence = Text(
        uk="Ключ API з таким початком уже є. Згенеруйте інший ключ.",
        en="There is an API key with this prefix. Make another key.",
    )


class KeyRevoked(Refusal):
    code = "access.key_revoked"
    status = 409
    sentence = Text(
        uk="Цей ключ API вже відкликано. Оновіть перелік ключів.",
        en="This API key has been revoked already. Refresh the list of keys.",
    )


class NoGoodKey(Refusal):
    code = "access.no_good_key"
    status = 401
    sentence = Text(
        uk="Потрібен чинний ключ API. Надішліть його як «Authorization: Bearer skarb_…».",
        en="A good API key is needed. Send it as “Authorization: Bearer skarb_…”.",
    )


class KeyEnded(Refusal):
    code = "access.key_ended"
    status = 401
    sentence = Text(
        uk="Цей ключ API закінчився або відкликаний. Попросіть адміністратора про новий.",
        en="This API key has ended or was revoked. Ask an administrator for a new one.",
    )


class KeyNotFromHere(Refusal):
    code = "access.key_not_from_here"
    status = 403
    sentence = Text(
        uk="З адреси «{address}» цей ключ API не діє. Попросіть адміністратора додати її мережу.",
        en="This API key does not work from “{address}”. Ask an administrator to add its network.",
    )


CONSTRAINT_REFUSALS.add("access_apikey_prefix_once", PrefixTaken)
CONSTRAINT_REFUSALS.add("access_user_username_key", UsernameTaken)
CONSTRAINT_REFUSALS.add("access_holding_once", RoleAlreadyHeld)
CONSTRAINT_REFUSALS.add("access_recovery_code_once", CodeTwice)
