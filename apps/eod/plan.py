"""The order of the steps, and their cut into chunks."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from django.apps import apps as django_apps

from apps.control.declarations import STEPS, Chunk, Step


@dataclass(frozen=True, slots=True)
class Planned:
    """A step with the chunks that are to be done; `None` stands for the bank as a whole."""

    place: int
    step: Step
    chunks: list[Chunk | None]


@cache
def steps() -> tuple[Step, ...]:
    """All steps in their order: by phase, then by layer of the app, then as they were declared."""
    layers = {config.label: place for place, config in enumerate(django_apps.get_app_configs())}
    return tuple(
        sorted(STEPS, key=lambda step: (step.phase, layers.get(app_of(step.name), len(layers))))
    )


def app_of(step: str) -> str:
    """The app whose step it is."""
    return step.partition(".")[0]


def cut(step: Step, *, date: dt.date, size: int | None) -> list[Chunk | None]:
    """The chunks of a step; none where it has nothing to do. `size` goes before the step's own."""
    return [None] if step.cut is None else [*step.cut(date=date, size=size or step.size)]


def make(*, date: dt.date, size: int | None) -> list[Planned]:
    """What is to be done for a date."""
    return [
        Planned(place, step, cut(step, date=date, size=size))
        for place, step in enumerate(steps(), 1)
    ]
