"""How long a teller waits at the counter: each step of a customer's visit, over HTTP, many times.

What is timed is the whole answer, from the first byte that is asked to the last that comes, on the
machine itself: what the server took and a little more.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.urls import reverse

from bank.demo.cast import Deposit
from bank.demo.visitor import Answer, Person

VISITS = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step, with how long it took each time, and the largest of its answers on the line."""

    name: str
    times_ms: list[float] = field(default_factory=list)
    octets: int = 0

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.times_ms)

    @property
    def p95_ms(self) -> float:
        return statistics.quantiles(self.times_ms, n=20, method="inclusive")[-1]


class Counter:
    """A teller who has signed in and whose till is open serves customers."""

    def __init__(self, teller: Person) -> None:
        self._teller = teller
        self._times: defaultdict[str, list[float]] = defaultdict(list)
        self._octets: defaultdict[str, int] = defaultdict(int)

    def serve(self, source: Deposit, target: Deposit) -> None:
        """One visit: look, take cash in, pay it on, print a statement."""
        teller = self._teller
        self._timed("workspace", partial(teller.get, reverse("cash:workspace")))
        token = teller.get(reverse("customers:list")).fields["csrfmiddlewaretoken"]
        wanted = {"q": source.number, "csrfmiddlewaretoken": token}
        self._timed("search", partial(teller.swap, reverse("search"), wanted))
        customer = reverse("customers:customer", args=[source.customer])
        self._timed("customer", partial(teller.get, customer))
        self._form("cash in", reverse("cash:deposit"), deposit=source.number, amount="100")
        self._form(
            "transfer",
            reverse("payments:transfer"),
            source=source.number,
            target=target.number,
            amount="1",
            purpose="За навчання",
        )
        statement = reverse("accounts:statement", args=[source.id])
        self._timed("statement", partial(teller.get, statement))

    def steps(self) -> list[Step]:
        return [Step(name, times, self._octets[name]) for name, times in self._times.items()]

    def forget(self) -> None:
        """Begin to count anew: what is only slow once, such as a template, has been read."""
        self._times.clear()

    def _form(self, name: str, path: str, **given: str) -> None:
        """Ask for a form, have it reviewed, confirm it, and be shown the receipt."""
        asked = self._timed(f"{name}: form", partial(self._teller.get, path))
        filled = asked.fields | given
        checking = filled | {"stage": "check", "field": "amount"}
        self._timed(f"{name}: check as one types", partial(self._teller.swap, path, checking))
        filled |= {"stage": "review"}
        reviewed = self._timed(f"{name}: review", partial(self._teller.post, path, filled))
        confirmed = reviewed.fields | {"stage": "confirm"}
        receipt = self._timed(
            f"{name}: confirm, receipt", partial(self._teller.post, path, confirmed)
        )
        if not receipt.path.endswith("/receipt/"):
            raise RuntimeError(f"{path} did not lead to a receipt, but to {receipt.path}")

    def _timed(self, name: str, ask: Callable[[], Answer]) -> Answer:
        began = time.perf_counter()
        answer = ask()
        self._times[name].append((time.perf_counter() - began) * 1000)
        self._octets[name] = max(self._octets[name], answer.octets)
        if answer.status != 200:
            raise RuntimeError(f"{name}: {answer.status}")
        return answer
