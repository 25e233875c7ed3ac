"""Refusals of the migration: a mapping, a source or a plan that cannot be followed."""

from apps.kernel.errors import Refusal
from apps.kernel.text import Text


class MappingInvalid(Refusal):
    code = "conversion.mapping_invalid"
    sentence = Text(
        uk="Відповідність {file}, {place}: {reason}. Виправте файл і запустіть ще раз.",
        en="Mapping {file}, {place}: {reason}. Correct the file and start again.",
    )


class SourceInvalid(Refusal):
    code = "conversion.source_invalid"
    sentence = Text(
        uk="Джерело {file}, рядок {line}: {reason}. Виправте дані або файл відповідності.",
        en="Source {file}, line {line}: {reason}. Correct the data or the mapping.",
    )


class RowRefused(Refusal):
    """The bank did not do what a row of the source asks for; the replay stops at it."""

    code = "conversion.row_refused"
    sentence = Text(
        uk="{file}, рядок {line}: {operation}: {reason} Усуньте причину й запустіть із --continue.",
        en="{file}, line {line}: {operation}: {reason} Cure the cause and start with --continue.",
    )


class DayNotClosed(Refusal):
    code = "conversion.day_not_closed"
    status = 409
    sentence = Text(
        uk="День {date} ще не закрито. Звіряти можна лише закриті дні: спершу закрийте його.",
        en="{date} is not closed yet. Only closed days can be reconciled: close it first.",
    )
