"""Refusals of the door itself, in the order of the pipeline."""

from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class UnknownOperation(Refusal):
    code = "control.unknown_operation"
    status = 404
    sentence = Text(
        uk="Операції «{name}» немає. Перелік операцій є в довіднику.",
        en="There is no operation “{name}”. The reference lists all operations.",
    )


class MalformedCommand(Refusal):
    code = "control.malformed_command"
    status = 400
    sentence = Text(
        uk="Поле {pointer}: {reason}. Виправте його та надішліть ще раз.",
        en="Field {pointer}: {reason}. Correct it and send again.",
    )


class UnfitValue(Refusal):
    code = "control.unfit_value"
    status = 400
    sentence = Text(
        uk="Завелике число, задовгий текст або недозволений знак ({reason}). Виправте дані.",
        en="A number is too large, a text too long or a character not allowed ({reason})."
        " Correct the data.",
    )


class KeyMissing(Refusal):
    code = "control.key_missing"
    status = 400
    sentence = Text(
        uk="Запит без ключа повторення. Додайте ключ довжиною від 1 до 200 знаків.",
        en="The request has no idempotency key. Add one of 1 to 200 characters.",
    )


class KeyReused(Refusal):
    code = "control.key_reused"
    sentence = Text(
        uk="Ключ «{key}» уже має інший зміст. Для нової операції візьміть новий ключ.",
        en="The key “{key}” was used for other content. Take a new key for a new operation.",
    )


class StillRunning(Refusal):
    code = "control.still_running"
    status = 409
    retryable = True
    sentence = Text(
        uk="Ця сама операція ще виконується. Повторіть за кілька секунд із тим самим ключем.",
        en="This very operation is still running. Repeat in a few seconds with the same key.",
    )


class Busy(Refusal):
    code = "control.busy"
    status = 503
    retryable = True
    sentence = Text(
        uk="Зараз виконати не вдалося; нічого не проведено. Повторіть із тим самим ключем.",
        en="The bank could not do this now; nothing was posted. Repeat with the same key.",
    )


class AlreadySetUp(Refusal):
    code = "control.already_set_up"
    status = 409
    sentence = Text(
        uk="Цей банк уже засновано, а другого в базі бути не може. Візьміть іншу базу даних.",
        en="This bank is set up, and a database has no room for a second. Take another database.",
    )


class BranchCodeTaken(Refusal):
    code = "control.branch_code_taken"
    status = 409
    sentence = Text(
        uk="Відділення з таким кодом уже є. Оберіть інший код.",
        en="There is a branch with this code. Choose another code.",
    )


class NotSetUp(Refusal):
    code = "control.not_set_up"
    status = 409
    sentence = Text(
        uk="Немає відкритого операційного дня. Спершу виконайте початкове налаштування банку.",
        en="No booking date is open. Set the bank up first.",
    )


class NothingClosing(Refusal):
    code = "control.nothing_closing"
    status = 409
    sentence = Text(
        uk="Зараз жоден день не закривається. Спершу відкрийте наступний день.",
        en="No date is being closed. Open the next date first.",
    )


class ActorUnknown(Refusal):
    code = "control.actor_unknown"
    status = 403
    sentence = Text(
        uk="Доступ цього користувача закрито. Зверніться до адміністратора.",
        en="This user's access is closed. Ask an administrator.",
    )


class PermissionMissing(Refusal):
    code = "control.permission_missing"
    status = 403
    sentence = Text(
        uk="Потрібне право «{permission}». Попросіть колегу з цим правом або адміністратора.",
        en="This needs the right “{permission}”. Ask a colleague who has it or an administrator.",
    )


class NotFound(Refusal):
    """The object does not exist or lies in a branch of others; the two answer alike."""

    code = "control.not_found"
    status = 404
    sentence = Text(
        uk="Такого об’єкта немає або він належить іншому відділенню. Перевірте номер.",
        en="There is no such object, or it belongs to another branch. Check the number.",
    )


class AmountNotPositive(Refusal):
    code = "control.amount_not_positive"
    sentence = Text(
        uk="Сума {amount} має бути більшою за нуль. Введіть додатну суму.",
        en="The amount {amount} must be more than zero. Enter a positive amount.",
    )


class LimitExceeded(Refusal):
    code = "control.limit_exceeded"
    status = 403
    sentence = Text(
        uk="Сума {amount} перевищує ваш ліміт {limit}. Передайте операцію колезі з вищим лімітом.",
        en="The amount {amount} is above your limit {limit}. Hand it to a colleague with more.",
    )


class PolicyImpossible(Refusal):
    """Parked, such an operation would lose its secret, stop the close, or stop all deciding."""

    code = "control.policy_impossible"
    sentence = Text(
        uk="Операція «{operation}» не може чекати на погодження. Оберіть іншу.",
        en="“{operation}” cannot wait for an approval. Choose another operation.",
    )


class RoleUnknown(Refusal):
    code = "control.role_unknown"
    status = 404
    sentence = Text(
        uk="Ролі «{role}» немає, тож погоджувати було б нікому. Спершу визначте її або оберіть"
        " іншу.",
        en="There is no role “{role}”, so nobody could agree. Define it first, or choose another.",
    )


class PolicyTakesOver(Refusal):
    code = "control.policy_takes_over"
    status = 409
    sentence = Text(
        uk="Це правило заступило б чинне правило №{policy}, яке просить «{role}», осіб: {checkers}."
        " Спершу завершіть його за згодою другої людини, а вищі суми встановлюйте раніше за нижчі.",
        en="This would take over from policy {policy}, which asks “{role}”, people: {checkers}."
        " End that one first, as another person agrees; set higher amounts before lower ones.",
    )


class PolicyEnded(Refusal):
    code = "control.policy_ended"
    status = 409
    sentence = Text(
        uk="Це правило погодження вже завершилося {last_date}. Оновіть перелік правил.",
        en="This approval policy ended on {last_date} already. Refresh the list of policies.",
    )


class PolicyEndsTooEarly(Refusal):
    code = "control.policy_ends_too_early"
    sentence = Text(
        uk="Останній день правила має бути не раніше {earliest}. Виправте дату.",
        en="The last date of the policy is {earliest} at the earliest. Correct the date.",
    )


class PolicyMissing(Refusal):
    code = "control.policy_missing"
    status = 409
    sentence = Text(
        uk="Операцію «{operation}» має погодити друга людина, а правила на цю суму немає."
        " Попросіть адміністратора його встановити.",
        en="A second person must agree to “{operation}”, and no approval policy covers this amount."
        " Ask an administrator to set one.",
    )


class ConstraintBroken(Refusal):
    code = "control.constraint_broken"
    status = 409
    sentence = Text(
        uk="Правило «{constraint}» забороняє цей запис. Перевірте дані або запитайте підтримку.",
        en="The rule “{constraint}” forbids this record. Check the data or ask support.",
    )


class AlreadyDecided(Refusal):
    code = "control.already_decided"
    status = 409
    sentence = Text(
        uk="Цей запит уже має рішення: {state}. Оновіть перелік погоджень.",
        en="This request is already decided: {state}. Refresh the list of approvals.",
    )


class SelfApproval(Refusal):
    code = "control.self_approval"
    status = 403
    sentence = Text(
        uk="Власну операцію погодити не можна. Її має перевірити інша людина.",
        en="You cannot agree to your own operation. Another person must check it.",
    )


class NotMaker(Refusal):
    code = "control.not_maker"
    status = 403
    sentence = Text(
        uk="Відкликати запит може лише той, хто його створив. Якщо ви проти, відхиліть його.",
        en="Only the person who made the request may withdraw it. If you are against it, decline.",
    )


class NotChecker(Refusal):
    code = "control.not_checker"
    status = 403
    sentence = Text(
        uk="Погодити може лише роль «{role}» у цьому відділенні. Передайте запит їй.",
        en="Only the role “{role}” in this branch may agree. Pass the request to it.",
    )


class AlreadyVoted(Refusal):
    code = "control.already_voted"
    status = 409
    sentence = Text(
        uk="Ви вже погодили цей запит; потрібна ще одна людина.",
        en="You have already agreed to this request; another person is needed.",
    )


class MeaningChanged(Refusal):
    code = "control.meaning_changed"
    status = 409
    sentence = Text(
        uk="Наслідки операції змінилися після перегляду. Відкрийте запит і перегляньте їх знову.",
        en="The effect has changed since it was seen. Open the request and look at it again.",
    )


# --- What the API says before, or instead of, the door ------------------------------------------


class BodyNotJson(Refusal):
    code = "control.body_not_json"
    status = 400
    sentence = Text(
        uk="Тіло запиту не є дозволеним JSON: {reason}. Виправте його та надішліть ще раз.",
        en="The body is not JSON as this API takes it: {reason}. Correct it and send again.",
    )


class BodyTooLarge(Refusal):
    code = "control.body_too_large"
    status = 413
    sentence = Text(
        uk="Тіло запиту довше за {bytes} байтів. Надішліть коротше.",
        en="The body is longer than {bytes} bytes. Send a shorter one.",
    )


class WrongMediaType(Refusal):
    code = "control.wrong_media_type"
    status = 415
    sentence = Text(
        uk="Тіло запиту має бути в «application/json», у кодуванні UTF-8. Виправте Content-Type.",
        en="The body must be “application/json” in UTF-8. Correct the Content-Type.",
    )


class NotAcceptable(Refusal):
    code = "control.not_acceptable"
    status = 406
    sentence = Text(
        uk="Відповідь буває лише в «application/json». Дозвольте його в Accept.",
        en="Answers come as “application/json” alone. Allow it in Accept.",
    )


class MethodNotAllowed(Refusal):
    code = "control.method_not_allowed"
    status = 405
    sentence = Text(
        uk="За цією адресою немає методу {method}. Оберіть один із: {allowed}.",
        en="There is no method {method} at this address. Choose one of: {allowed}.",
    )


class NoSuchAddress(Refusal):
    code = "control.no_such_address"
    status = 404
    sentence = Text(
        uk="Такої адреси в API немає. Перевірте її за описом API.",
        en="The API has no such address. Check it against the description of the API.",
    )


class BadParameter(Refusal):
    code = "control.bad_parameter"
    status = 400
    sentence = Text(
        uk="Параметр {parameter}: {reason}. Виправте його та надішліть ще раз.",
        en="Parameter {parameter}: {reason}. Correct it and send again.",
    )


class BadCursor(Refusal):
    code = "control.bad_cursor"
    status = 400
    sentence = Text(
        uk="Цей курсор не від цього переліку. Візьміть його з відповіді або почніть спочатку.",
        en="This cursor is not of this list. Take it from an answer, or begin anew.",
    )


class ScopeMissing(Refusal):
    code = "control.scope_missing"
    status = 403
    sentence = Text(
        uk="Серед прав цього ключа немає «{permission}». Попросіть адміністратора про інший ключ.",
        en="This key’s scopes do not have “{permission}”. Ask an administrator for another key.",
    )


class PreconditionMissing(Refusal):
    code = "control.precondition_missing"
    status = 428
    sentence = Text(
        uk="Ця зміна потребує If-Match. Прочитайте об’єкт і надішліть його ETag.",
        en="This change needs If-Match. Read the object and send its ETag.",
    )


class PreconditionFailed(Refusal):
    code = "control.precondition_failed"
    status = 412
    sentence = Text(
        uk="Об’єкт змінився відтоді, як ви його прочитали. Прочитайте його знову.",
        en="The object has changed since you read it. Read it again.",
    )


class TooManyRequests(Refusal):
    code = "control.too_many_requests"
    status = 429
    retryable = True
    sentence = Text(
        uk="Забагато запитів за хвилину. Повторіть за {seconds} с.",
        en="Too many requests within a minute. Repeat in {seconds} s.",
    )


class Failed(Refusal):
    code = "control.failed"
    status = 500
    retryable = True
    sentence = Text(
        uk="Сталася помилка банку. Повторіть із тим самим ключем або запитайте підтримку.",
        en="The bank has failed. Repeat with the same key, or ask support.",
    )
