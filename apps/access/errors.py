"""Refusals of users, roles and holdings."""

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


class WrongCode(Refusal):
    code = "access.wrong_code"
    status = 403
    sentence = Text(
        uk="Такого невикористаного резервного коду немає. Перевірте код або візьміть інший.",
        en="There is no such unused recovery code. Check it, or take another.",
    )
