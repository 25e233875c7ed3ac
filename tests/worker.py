"""The bank's Celery application for workers of the tests, which know the probes as well."""

from bank.celery import app  # noqa: F401 - what `celery -A tests.worker` looks for
from tests import probes  # noqa: F401 - declared before Django is set up
