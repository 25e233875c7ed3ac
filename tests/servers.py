"""The servers that tests run against, told to Django before it reads its settings."""

import os

from bank import embedded


def prepare() -> None:
    """Start the throw-away servers, unless the environment names servers, and point Skarb at them.

    Whatever bank a developer's shell names by SKARB_DATA is never touched.
    """
    data = embedded.test_data_dir()
    os.environ["SKARB_PROFILE"] = "test"
    os.environ["SKARB_DATA"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bank.settings"
    if not _given("DATABASE_URL"):
        embedded.ensure(data=data, fsync=False, initialise=True)
    elif not _given("REDIS_URL"):
        embedded.Valkey(data, fsync=False).start()


def require_throwaway() -> None:
    """Stop at once where Django was told of other servers before us."""
    from django.conf import settings

    host = settings.DATABASES["default"]["HOST"]
    expected = str(embedded.socket_dir(embedded.test_data_dir()))
    if settings.EMBEDDED_POSTGRES and host != expected:
        raise RuntimeError(
            f"Django was set up for {host} before the tests could choose their own servers: "
            "unset DJANGO_SETTINGS_MODULE."
        )


def _given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))
