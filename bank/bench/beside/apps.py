from django.apps import AppConfig


class BesideConfig(AppConfig):
    name = "bank.bench.beside"
    label = "beside"
