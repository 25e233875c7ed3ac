from django.apps import AppConfig


class EndOfDayConfig(AppConfig):
    name = "apps.eod"
    label = "eod"
    verbose_name = "End of day"
