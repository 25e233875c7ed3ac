"""The parts of a customer's page that apps above bring: declared low, shown here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apps.control.screens import Request
from apps.customers.models import Customer
from apps.kernel.registry import Registry
from apps.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the strip above the panels; `tone` is a class, such as `negative`."""

    label: Text
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the page: what its template needs, and what it adds to the strip."""

    template: str
    context: dict[str, Any]
    facts: list[Fact] = field(default_factory=list)


# `source(request, customer)`: the panel, or None for whoever may not see it.
PANELS: Registry[Callable[[Request, Customer], Panel | None]] = Registry("panel of customers")


def panels(request: Request, customer: Customer) -> list[Panel]:
    """The panels of this customer that this person may see."""
    found = (source(request, customer) for source in PANELS)
    return [panel for panel in found if panel is not None]
