"""A worker that is rung, and rings, through queues of one test alone."""

import os

from bank.celery import app, listen
from tests import probes

__all__ = ["app", "probes"]

listen(os.environ["TEST_QUEUE"])
