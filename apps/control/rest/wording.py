"""What the document of the API says beside what its endpoints say, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from apps.kernel.text import Text

TITLE = Text(uk="API банку Skarb", en="The API of Skarb")
ABOUT = Text(
    uk=(
        "Усе, що можуть програми: читати й виконувати операції. Операція йде тим самим шляхом, "
        "що й з екрана: право, відділення, ліміт, погодження, журнал.\n\n"
        "- Ключ дає адміністратор; він надсилається як `Authorization: Bearer skarb_…`.\n"
        "- Кожна зміна має `Idempotency-Key`: повтор із тим самим ключем нічого не робить удруге й "
        "дає ту саму відповідь.\n"
        "- `dry_run=true` показує наслідки й нічого не змінює.\n"
        "- 202 означає, що потрібна згода іншої людини; `Location` веде до запиту.\n"
        "- Відмова є проблемою за RFC 9457 мовою з `Accept-Language`. Вирішуйте за `code`.\n"
        '- Суми є текстами в основних одиницях: `{"amount": "100.50", "currency": "UAH"}`.\n'
        "- Переліки йдуть сторінками: `next` є курсором наступної."
    ),
    en=(
        "All that programs can do: read, and do operations. An operation goes the same way as from "
        "a screen: right, branch, limit, approval, journal.\n\n"
        "- An administrator gives the key; it is sent as `Authorization: Bearer skarb_…`.\n"
        "- Every change has an `Idempotency-Key`: sent again with the same key it does nothing a "
        "second time and gives the same answer.\n"
        "- `dry_run=true` tells the effect and changes nothing.\n"
        "- 202 means that another person has to agree; `Location` leads to the request.\n"
        "- A refusal is a problem of RFC 9457 in the language of `Accept-Language`. Decide by "
        "its `code`.\n"
        '- Amounts are texts in major units: `{"amount": "100.50", "currency": "UAH"}`.\n'
        "- Lists come in pages: `next` is the cursor of the page after."
    ),
)
KEY = Text(
    uk="Ключ машинного користувача. Права операцій названо тут же як scopes.",
    en="A key of a machine user. What an operation needs is named there as its scopes.",
)
NEEDS = Text(uk="Потрібне право `{permission}`.", en="Needs the scope `{permission}`.")

# Parameters in headers and addresses, by name.
ASKED: Mapping[str, Text] = MappingProxyType(
    {
        "Accept-Language": Text(uk="Мова слів для людей", en="The language of words for people"),
        "X-Request-ID": Text(
            uk="Ваш номер запиту: він буде у відповіді та в журналі",
            en="Your number of the request: it is in the answer and in the journal",
        ),
        "Idempotency-Key": Text(
            uk="Під цим ключем операція виконується один раз. Під час dry_run його не читають",
            en="Under this key the operation is done once. A dry run does not look at it",
        ),
        "If-Match": Text(uk="ETag прочитаного об’єкта", en="The ETag of the object as it was read"),
        "If-None-Match": Text(
            uk="ETag того, що вже маєте: якщо ніщо не змінилося, відповідь 304",
            en="The ETag of what you have: if nothing has changed, the answer is 304",
        ),
        "dry_run": Text(
            uk="Показати наслідки й нічого не змінити", en="Tell the effect and change nothing"
        ),
        "limit": Text(uk="Скільки рядків дати", en="How many items to give"),
        "cursor": Text(uk="`next` попередньої сторінки", en="The `next` of the page before"),
    }
)
# Headers of answers, by name.
TOLD: Mapping[str, Text] = MappingProxyType(
    {
        "X-Request-ID": Text(uk="Номер запиту для підтримки", en="The number to quote to support"),
        "RateLimit": Text(
            uk="Скільки запитів лишилося і за скільки секунд їх знову буде повно",
            en="How many requests are left, and in how many seconds all are there again",
        ),
        "RateLimit-Policy": Text(uk="Скільки запитів на хвилину", en="How many requests a minute"),
        "ETag": Text(uk="Точно цей вміст", en="Exactly this content"),
        "Location": Text(uk="Адреса того, що виникло", en="The address of what has come to be"),
        "Idempotency-Replayed": Text(
            uk="Відповідь уже давали: цей ключ використано раніше",
            en="The answer was given before: the key had been used",
        ),
        "Retry-After": Text(
            uk="За скільки секунд повторити", en="In how many seconds to send it again"
        ),
        "WWW-Authenticate": Text(uk="Як надіслати ключ", en="How to send a key"),
    }
)
ANSWERS: Mapping[int, Text] = MappingProxyType(
    {
        200: Text(uk="Зроблено", en="Done"),
        201: Text(uk="Зроблено; є новий об’єкт", en="Done; there is a new object"),
        202: Text(uk="Чекає на згоду іншої людини", en="Waits for another person to agree"),
        304: Text(uk="Нічого не змінилося", en="Nothing has changed"),
    }
)
DRY = Text(uk="наслідки, якщо це dry_run", en="the effect, in a dry run")
# What stands in the examples of refusals for their data.
SAMPLES: Mapping[str, str | int] = MappingProxyType(
    {
        "account": "UA213996220000026007233566001",
        "address": "198.51.100.4",
        "allowed": "GET, POST",
        "amount": "1000.00 UAH",
        "available": "250.00 UAH",
        "bytes": 262144,
        "code": "2620",
        "currency": "UAH",
        "date": "2026-03-02",
        "days": 400,
        "given": "12,5",
        "key": "order-1",
        "known": "UAH, EUR, USD",
        "limit": "500.00 UAH",
        "method": "PATCH",
        "operation": "payments.transfer",
        "parameter": "limit",
        "permission": "payments.transfer",
        "pointer": "/amount",
        "quota": 600,
        "reason": "Expected `str`, got `int`",
        "role": "supervisor",
        "seconds": 17,
        "state": "done",
    }
)
