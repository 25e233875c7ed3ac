"""No step at the counter keeps a customer waiting."""

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from apps.kernel import sql
from tests.cash.desk import deposit, staff_a_till
from tests.factories import Bank
from tests.screens.conftest import Signing
from tests.screens.pages import Visitor

T = TypeVar("T")
STEPS = 50
# In 95 of 100 cases; ten times what a step takes on a machine that does nothing else.
BOUND_MS = 300
# A machine that is busy with something else for a moment is given another chance.
CHANCES = 3


def test_steps_at_the_counter_are_answered_at_once(bank: Bank, visit: Signing) -> None:
    staff_a_till(bank)
    teller = visit("teller", language="en")
    source, target = deposit(bank, minor=1_000_000), deposit(bank)
    customer = sql.value(
        "SELECT customer_id FROM accounts_deposit WHERE id = %(id)s", {"id": source.id}
    )
    into = {"deposit": source.number, "amount": "10"}
    across = {"source": source.number, "target": target.number, "amount": "1", "purpose": "Дар"}
    watch = Watch()

    def serve() -> None:
        watch.time(lambda: teller.get("/desk/"))
        watch.time(lambda: teller.get(f"/customers/{customer}/"))
        watch.time(lambda: teller.get(f"/accounts/{source.id}/statement/"))
        watch.form(teller, "/desk/deposit/", into)
        watch.form(teller, "/payments/transfer/", across)

    serve()  # What is only slow once, such as reading a template, is not a teller's day.
    for _ in range(CHANCES):
        watch.times_s.clear()
        while len(watch.times_s) < STEPS:
            serve()
        p95_ms = statistics.quantiles(watch.times_s, n=20)[-1] * 1000
        if p95_ms <= BOUND_MS:
            break
    assert p95_ms <= BOUND_MS


class Watch:
    def __init__(self) -> None:
        self.times_s: list[float] = []

    def time(self, step: Callable[[], T]) -> T:
        began = time.perf_counter()
        done = step()
        self.times_s.append(time.perf_counter() - began)
        return done

    def form(self, teller: Visitor, path: str, given: dict[str, str]) -> None:
        """The form, its review, its confirmation, and the receipt."""
        asked = self.time(lambda: teller.get(path))
        filled = {"key": asked.fields["key"], "till": asked.fields.get("till", ""), **given}
        reviewed = self.time(lambda: teller.post(path, filled | {"stage": "review"}))
        receipt = self.time(lambda: teller.confirm(path, reviewed))
        self.time(lambda: teller.get(receipt))
