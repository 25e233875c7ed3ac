"""Refusals as problems of RFC 9457: every answer of the API that is no success.

`type` is an address under which people read of the problem; `code` is the same for programs. The
words are in the language that the caller accepts.
"""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from apps.control import errors
from apps.control.rest.limits import Allowance
from apps.control.rest.reasons import told
from apps.kernel.errors import Refusal
from apps.kernel.text import Text

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/v1/problems/"
# When to come again with a request that may be sent as it is, in seconds.
RETRY_AFTER_S = 1
TITLES: Mapping[int, Text] = MappingProxyType(
    {
        400: Text(uk="Запит не можна прочитати", en="The request cannot be read"),
        401: Text(uk="Потрібен ключ", en="A key is needed"),
        403: Text(uk="Немає права", en="Not allowed"),
        404: Text(uk="Не знайдено", en="Not found"),
        405: Text(uk="Такого методу тут немає", en="No such method here"),
        406: Text(uk="Такого вигляду відповіді немає", en="No answer in this form"),
        409: Text(uk="Стан банку цьому суперечить", en="The state of the bank forbids this"),
        412: Text(uk="Об’єкт змінився", en="The object has changed"),
        413: Text(uk="Завелике тіло запиту", en="The body is too large"),
        415: Text(uk="Не той вигляд тіла", en="The body is of another form"),
        422: Text(uk="Правила банку цього не дозволяють", en="The bank’s rules do not allow this"),
        428: Text(uk="Потрібна передумова", en="A precondition is needed"),
        429: Text(uk="Забагато запитів", en="Too many requests"),
        500: Text(uk="Помилка банку", en="The bank has failed"),
        503: Text(uk="Зараз не вдалося", en="Not possible now"),
    }
)


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place in the request that is wrong: a JSON Pointer into the body, or a parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """Why a request was not done, in the caller's language (RFC 9457).

    Decide by `code`, which never changes its meaning; `retryable` tells that the same request,
    under the same key, may be sent again as it is.
    """

    type: str
    code: str
    title: str
    status: int
    detail: str
    retryable: bool
    request_id: str
    errors: tuple[Fault, ...] = ()


def problem(refusal: Refusal, *, request_id: str = "") -> Problem:
    """A refusal as a problem, in the language of the request."""
    data = dict(refusal.data)
    words = refusal.text
    if "reason" in data:
        data["reason"] = str(told(str(data["reason"])))
        words = refusal.sentence.filled(data)
    return Problem(
        type=TYPES + refusal.code,
        code=refusal.code,
        title=str(TITLES[refusal.status]),
        status=refusal.status,
        detail=str(words),
        retryable=refusal.retryable,
        request_id=request_id,
        errors=tuple(_faults(refusal, data)),
    )


def response(refusal: Refusal, *, request_id: str = "") -> HttpResponse:
    """The answer that carries a refusal."""
    answer = HttpResponse(
        msgspec.json.encode(problem(refusal, request_id=request_id)),
        content_type=MEDIA_TYPE,
        status=refusal.status,
    )
    if refusal.retryable:
        answer["Retry-After"] = str(refusal.data.get("seconds", RETRY_AFTER_S))
    if isinstance(refusal, errors.TooManyRequests):
        Allowance(refusal.data["quota"], 0, refusal.data["seconds"]).tell(answer)
    if refusal.status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="skarb"'
    if refusal.status == 405:
        answer["Allow"] = refusal.data["allowed"]
    return answer


def answer(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """What DRF asks for every exception: nothing else ever leaves the API."""
    request = context.get("request")
    return response(_refusal(error, context), request_id=getattr(request, "id", ""))


def _refusal(error: Exception, context: Mapping[str, Any]) -> Refusal:
    match error:
        case Refusal():
            return error
        case exceptions.NotAcceptable():
            return errors.NotAcceptable()
        case exceptions.MethodNotAllowed():
            allowed = ", ".join(context["view"].allowed_methods)
            return errors.MethodNotAllowed(method=context["request"].method[:20], allowed=allowed)
        case exceptions.PermissionDenied() | PermissionDenied():
            return errors.PermissionMissing(permission=str(error)[:100])
        case exceptions.NotFound() | Http404():
            return errors.NotFound()
        case SuspiciousOperation():
            # Django's own bounds, such as a thousand parameters.
            return errors.BadParameter(parameter="?", reason="too many")
        case OperationalError() | InterfaceError():
            log.warning("a read failed: %s", error)
            return errors.Busy()
    # The last resort: the cause goes to the log, and the caller gets the number to quote.
    log.error("a request of the API failed", exc_info=error)
    return errors.Failed()


def _faults(refusal: Refusal, data: Mapping[str, Any]) -> list[Fault]:
    """Where the request is wrong, as far as the refusal knows."""
    if isinstance(refusal, errors.MalformedCommand):
        # People are told `/` of the whole body; a JSON Pointer to it is empty.
        whole = data["pointer"] == "/"
        return [Fault(data["reason"], pointer="" if whole else data["pointer"])]
    if "pointer" in data:
        return [Fault(str(refusal.text), pointer=data["pointer"])]
    if isinstance(refusal, errors.BadParameter):
        return [Fault(data["reason"], parameter=data["parameter"])]
    if isinstance(refusal, errors.KeyMissing):
        return [Fault(str(refusal.text), parameter="Idempotency-Key")]
    if isinstance(refusal, errors.PreconditionMissing | errors.PreconditionFailed):
        return [Fault(str(refusal.text), parameter="If-Match")]
    if isinstance(refusal, errors.BadCursor):
        return [Fault(str(refusal.text), parameter="cursor")]
    return []
