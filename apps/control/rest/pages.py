"""Pages of lists: a cursor is the place of the last item, signed for the very list it is of."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from django.core import signing

from apps.control.errors import BadCursor

T = TypeVar("T")
LARGEST = 200
USUAL = 50
Limit = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
Cursor = Annotated[str, msgspec.Meta(max_length=1000)]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list; `next` is the cursor of the page after it, null on the last one."""

    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list is asked for: at most `limit` items behind the place `after`."""

    limit: int
    after: Sequence[Any] | None
    salt: str

    def behind(self, beginning: Any) -> Any:
        """The place after which it begins, in a list by one column; `beginning` of a first page."""
        return self.after[0] if self.after else beginning

    def behind_day(self) -> tuple[dt.date, int] | None:
        """The day and the id after which it begins, in a list by both; None of a first page."""
        return (dt.date.fromisoformat(self.after[0]), self.after[1]) if self.after else None

    def of(self, items: Sequence[T], place: Callable[[T], Sequence[Any]]) -> Page[T]:
        """The page of these items; a full one may be followed by another."""
        full = len(items) >= self.limit
        return Page(list(items), self.cursor(place(items[-1])) if full else None)

    def cursor(self, place: Sequence[Any]) -> str:
        plain = msgspec.to_builtins(list(place))
        return signing.dumps(plain, salt=self.salt, compress=True)


def slice_of(*, endpoint: str, asked: Mapping[str, Any], limit: int, cursor: str | None) -> Slice:
    """What a request asks for. Raises BadCursor for one of another list or of nobody's."""
    told = hashlib.sha256(msgspec.json.encode(asked, enc_hook=str, order="deterministic"))
    salt = f"api:{endpoint}:{told.hexdigest()}"
    if cursor is None:
        return Slice(limit, None, salt)
    try:
        return Slice(limit, signing.loads(cursor, salt=salt), salt)
    except signing.BadSignature:
        raise BadCursor from None
