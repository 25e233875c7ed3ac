import datetime as dt

from django.urls import path, register_converter

from apps.eod import close_views, views


class DateInPath:
    """A booking date in an address, by ISO 8601."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        return value.isoformat()


register_converter(DateInPath, "date")

app_name = "eod"
urlpatterns = [
    path("", views.Console.as_view(), name="console"),
    path("open-next/", close_views.OpenNext.as_view(), name="open_next"),
    path("start/", close_views.Start.as_view(), name="start"),
    path("prove/", close_views.Prove.as_view(), name="prove"),
    path("history/", views.History.as_view(), name="history"),
    path("exceptions/", views.Exceptions.as_view(), name="exceptions"),
    path("exceptions/<int:exception>/retry/", close_views.Retry.as_view(), name="retry"),
    path("exceptions/<int:exception>/make-up/", close_views.MakeUp.as_view(), name="make_up"),
    path("<date:date>/", views.Day.as_view(), name="day"),
    path("<date:date>/live/", views.Live.as_view(), name="live"),
    path("<date:date>/proofs/<str:name>/", views.Proof.as_view(), name="proof"),
]
