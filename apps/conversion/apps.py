from django.apps import AppConfig


class ConversionConfig(AppConfig):
    name = "apps.conversion"
    label = "conversion"
    verbose_name = "Conversion"
