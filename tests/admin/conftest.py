"""The administration by Django's test client: visitors and plain static files, as for screens."""

from tests.screens.conftest import plain_static_files, visit

__all__ = ["plain_static_files", "visit"]
