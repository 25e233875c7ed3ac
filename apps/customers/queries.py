"""Finding customers. Scoped by branches, in Ukrainian alphabetical order, page by page."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from apps.customers.rules import Sought, sought
from apps.kernel import sql

LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A customer in a list; `key` and `id` together are the place to go on from."""

    id: int
    number: str
    last_name: str
    first_name: str
    patronymic: str
    birth_date: dt.date
    tax_number: str | None
    phone: str
    branch: int
    key: str

    @property
    def place(self) -> tuple[str, int]:
        return self.key, self.id


def search(
    text: str,
    *,
    branches: Collection[int] | None,
    limit: int = 50,
    after: tuple[str, int] | None = None,
) -> list[Found]:
    """Customers whose names begin with these words, or who have this number, phone or birth date.

    `branches=None` is the whole bank; an empty text lists everybody. `after` is the `place` of the
    last line of the page before. One statement.
    """
    assert 0 < limit <= LARGEST_PAGE, f"a page has 1 to {LARGEST_PAGE} lines"
    statement, params = searching(sought(text), branches=branches, limit=limit, after=after)
    return [Found(*line) for line in sql.rows(statement, params)]


def searching(
    asked: Sought,
    *,
    branches: Collection[int] | None,
    limit: int,
    after: tuple[str, int] | None,
) -> tuple[str, dict[str, object]]:
    """The statement of a search: only what is asked for is in it, so that each has its index.

    Each of the number's meanings has an index; PostgreSQL joins them by a bitmap.
    """
    where: list[str] = []
    params: dict[str, object] = {"limit": limit}
    if branches is not None:
        where.append("branch_id = ANY (%(branches)s::bigint[])")
        params["branches"] = list(branches)
    for place, word in enumerate(asked.words):
        where.append(f"name_search LIKE %(word{place})s")
        params[f"word{place}"] = f"% {_literally(word)}%"
    if asked.birth_date is not None:
        where.append("birth_date = %(birth_date)s")
        params["birth_date"] = asked.birth_date
    numbers = []
    if asked.number is not None:
        numbers += ["tax_number = %(number)s", "number = %(number)s"]
        params["number"] = asked.number
    if asked.phone is not None:
        # The second condition is that of the partial index.
        numbers.append("phone = %(phone)s AND phone <> ''")
        params["phone"] = asked.phone
    if numbers:
        where.append(f"({' OR '.join(numbers)})")
    if after is not None:
        where.append("(name_key, id) > (%(key)s, %(id)s)")
        params["key"], params["id"] = after
    return (
        f"""SELECT id, number, last_name, first_name, patronymic, birth_date, tax_number, phone,
                   branch_id, name_key
              FROM customers_customer
             WHERE {" AND ".join(where) or "true"}
             ORDER BY name_key, id LIMIT %(limit)s""",  # noqa: S608 - conditions of our own
        params,
    )


def namesakes(
    *, last_name: str, first_name: str, patronymic: str, birth_date: dt.date
) -> list[int]:
    """Customers of the same name and birth date, whatever case and apostrophes; one statement."""
    found = sql.rows(
        """SELECT id FROM customers_customer
            WHERE name_key = kernel_uk_key(%(name)s) AND birth_date = %(birth_date)s ORDER BY id""",
        {"name": f"{last_name} {first_name} {patronymic}", "birth_date": birth_date},
    )
    return [one for (one,) in found]


def _literally(word: str) -> str:
    """A word in which LIKE sees no wildcards."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
