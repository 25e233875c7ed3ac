"""What tests of every address begin with."""

import logging
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from apps.control.rest import limits
from tests import databases
from tests.architecture import small_bank
from tests.architecture.small_bank import SmallBank
from tests.conftest import OwnDatabase


@pytest.fixture(scope="module")
def small(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SmallBank]:
    """Made once; each case is taken back."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        databases.clone(databases.installed_template(), purpose="addresses") as name,
        databases.pointed_at(name),
        override_settings(
            STORAGES=django_settings.STORAGES | {"staticfiles": plain},
            SECOND_FACTOR=True,
            API_REQUESTS_A_MINUTE=1_000_000,
            CLOSE_AT="never",
        ),
    ):
        logging.disable(logging.ERROR)
        patch.setattr(limits, "STRANGERS", 1_000_000)
        yield small_bank.build(OwnDatabase(name))
        logging.disable(logging.NOTSET)
        connections.close_all()
