"""Screens of the cash desk."""

from typing import ClassVar

from django.http import HttpResponse

from apps.cash import queries
from apps.control import queries as control
from apps.control.declarations import OPERATIONS
from apps.control.screens import Request, Screen
from apps.kernel.text import Text

LAST = 10


class Workspace(Screen):
    """Where a teller's day is spent: the till, and what was done at it."""

    permission = "cash.operate_till"
    title: ClassVar[Text] = Text(uk="Робоче місце", en="Workspace")
    template_name = "cash/workspace.html"

    def get(self, request: Request) -> HttpResponse:
        lines = control.journal(
            branches=self.where, actor=request.user.pk, date=request.date, limit=LAST
        )
        context = {
            "session": queries.open_session(teller=request.user.pk),
            "lines": [
                {"line": line, "sentence": OPERATIONS[line.operation].sentence}
                for line in lines
                if line.operation in OPERATIONS
            ],
        }
        return self.show(context)
