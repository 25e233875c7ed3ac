"""One settings module, driven by the environment; what is not said is safe for production.

`SKARB_PROFILE` is `production` (the default), `demo` or `test`. The two others may make up what
production must be given: a secret key, the embedded servers, host names of this machine.
"""

import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from bank import embedded, environment

BASE_DIR = Path(__file__).resolve().parent.parent

PROFILE = environment.text("SKARB_PROFILE")
if PROFILE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured(f"SKARB_PROFILE must be production, demo or test, not {PROFILE!r}")
PRODUCTION = PROFILE == "production"

DEBUG = environment.flag("SKARB_DEBUG")
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("SKARB_DEBUG may not be on in production: it shows customers' data")


def _own_secret_key() -> str:
    """A random key for demo and tests, kept beside the checkout so that sessions survive."""
    file = BASE_DIR / ".skarb" / "secret_key"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        with file.open("x", encoding="ascii") as handle:
            file.chmod(0o600)
            handle.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return file.read_text(encoding="ascii")


SECRET_KEY = environment.text("SKARB_SECRET_KEY")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured(
            "Set SKARB_SECRET_KEY or SKARB_SECRET_KEY_FILE: at least 50 random characters"
        )
    SECRET_KEY = _own_secret_key()
if len(SECRET_KEY) < 50 and PRODUCTION:
    raise ImproperlyConfigured("SKARB_SECRET_KEY is too short: at least 50 random characters")
SECRET_KEY_FALLBACKS = environment.items("SKARB_SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = environment.items("SKARB_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set SKARB_HOSTS: the host names under which people reach Skarb")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host[:1] != "."]

# In layer order, lowest first; the same order as the import contracts in pyproject.toml.
HOUSE = [
    "apps.kernel",
    "apps.control",
    "apps.access",
    "apps.ledger",
    "apps.reporting",
    "apps.customers",
    "apps.products",
    "apps.accounts",
    "apps.loans",
    "apps.payments",
    "apps.cash",
    "apps.finance",
    "apps.hr",
    "apps.eod",
    "apps.conversion",
]
INSTALLED_APPS = [
    "apps.control.adminsite.config.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "guardian",
    "auditlog",
    "django_htmx",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    *HOUSE,
    "bank",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bank.compression.Compression",
    "bank.maintenance.Maintenance",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.access.sessions.Limits",
    "django_otp.middleware.OTPMiddleware",
    # Every page needs somebody who has signed in, unless it says that it does not.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "apps.access.middleware.Acting",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "bank.urls"
WSGI_APPLICATION = "bank.wsgi.application"
ASGI_APPLICATION = "bank.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "bank.frame.frame",
            ],
        },
    },
]

# --- PostgreSQL: the application's role for all work, the owner's for migrations alone ---------

_URL = environment.text("DATABASE_URL")
_OWNER_URL = environment.text("DATABASE_OWNER_URL")
EMBEDDED_POSTGRES = not _URL
if EMBEDDED_POSTGRES and _OWNER_URL:
    raise ImproperlyConfigured("DATABASE_OWNER_URL is set without DATABASE_URL: set both")
# Time limits free what hangs: a worker, a client or a lock that never comes.
_LIMITS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "lock_timeout": "2s",
        "statement_timeout": f"{environment.number('SKARB_STATEMENT_TIMEOUT_S')}s",
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
    }.items()
)
DATABASES = {
    "default": environment.database(
        _URL or embedded.database_url("app"),
        options=_LIMITS,
        # Statements of the posting path are prepared on the server after their second use.
        prepare_threshold=2,
    ),
    # Only migrations and the set-up of tests sign in as the owner of the tables.
    "owner": environment.database(
        _OWNER_URL or _URL or embedded.database_url("owner"), options="-c timezone=UTC"
    ),
}
DATABASES["owner"]["CONN_MAX_AGE"] = 0
DATABASE_ROUTERS = ["bank.routers.OwnerOnlyMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The name that the application's role has in the database; grants go to it.
DATABASE_APP_ROLE = DATABASES["default"]["USER"]

# --- Redis or Valkey: a doorbell for workers and a cache; nothing whose loss would matter ------

_REDIS = environment.text("REDIS_URL")
EMBEDDED_VALKEY = not _REDIS
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _REDIS or embedded.cache_url(),
        # Nobody waits for a cache that does not answer.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
CELERY_BROKER_URL = _REDIS or embedded.redis_url()
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_keepalive": True,
    # A doorbell that cannot be rung may not hold up the counter: the sweeper rings again.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: nobody has permissions without signing in
LOGIN_URL = "access:sign_in"
# Everybody gives a second factor; a demo may lift it, production may not.
SECOND_FACTOR = PRODUCTION or environment.flag("SKARB_SECOND_FACTOR")
CSRF_FAILURE_VIEW = "bank.views.bad_csrf"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

MAINTENANCE_MARKER = environment.text(
    "SKARB_MAINTENANCE_MARKER", str(BASE_DIR / ".skarb" / "maintenance")
)

# --- Language, time, static files --------------------------------------------------------------

LANGUAGE_CODE = "uk"
LANGUAGES = [("uk", "Українська"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("SKARB_TIME_ZONE")

STATIC_URL = "static/"
STATIC_ROOT = Path(environment.text("SKARB_STATIC_ROOT", str(BASE_DIR / ".skarb" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Transport and cookies -----------------------------------------------------------------------

# A demo on loopback has no TLS; production always has.
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-sessionid" if PRODUCTION else "sessionid"
SESSION_ENGINE = "apps.access.sessions"
SESSION_IDLE_S = environment.number("SKARB_SESSION_IDLE_MINUTES") * 60
SESSION_LONGEST_S = environment.number("SKARB_SESSION_HOURS") * 3600
SESSION_COOKIE_AGE = SESSION_LONGEST_S
MACHINE_COOKIE_NAME = "__Host-machine" if PRODUCTION else "machine"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_NAME = "__Host-csrftoken" if PRODUCTION else "csrftoken"
# "no-referrer" would make browsers send `Origin: null` with a form, which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The API: only keys open it, nothing is allowed that says nothing, and it reads bodies by itself.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.access.api.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.control.rest.permissions.Nobody"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": [],
    "EXCEPTION_HANDLER": "apps.control.rest.problems.answer",
    "UNAUTHENTICATED_USER": None,
    # No `?format=`: one form of answers, by Accept.
    "URL_FORMAT_OVERRIDE": None,
}
API_REQUESTS_A_MINUTE = environment.number("SKARB_API_REQUESTS_A_MINUTE")

# Nothing on a page is inline, so that nothing unsafe has to be allowed and no nonce is needed.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# Reference data whose row differences auditlog shows is named explicitly, by each app.
AUDITLOG_INCLUDE_ALL_MODELS = False
AUDITLOG_CID_GETTER = "apps.control.auditing.run_id"

# --- The bank ------------------------------------------------------------------------------------

# A writing statement outside an operation is an error everywhere but in production, where the
# check would cost time on each statement and where tests have already run.
REFUSE_WRITES_OUTSIDE_OPERATIONS = not PRODUCTION
# Local hour and minute at which Celery beat opens the next date and closes the last one.
CLOSE_AT = environment.text("SKARB_CLOSE_AT")
# A date that lies further ahead than so many days is a wrong clock, unless a person says otherwise.
CATCH_UP_DAYS = environment.number("SKARB_CATCH_UP_DAYS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": environment.text("SKARB_LOG_LEVEL"),
    },
}
