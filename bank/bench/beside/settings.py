"""Settings of the other ways: the same server and driver, a database of their own."""

from bank.settings import DATABASES as _DATABASES

DATABASES = {"default": {**_DATABASES["owner"], "CONN_MAX_AGE": None}}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "mptt",
    "hordak",
    "bank.bench.beside",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DEFAULT_CURRENCY = "UAH"
CURRENCIES = ["UAH"]
USE_TZ = True
TIME_ZONE = "UTC"
