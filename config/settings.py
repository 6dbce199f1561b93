"""All settings, from the environment alone. A wrong or missing value stops the start with one sentence."""

from pathlib import Path
from typing import Any

import environs
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.addresses import celery_broker, database

BASE = Path(__file__).resolve().parent.parent
env = environs.Env()

try:
    DEBUG = env.bool("DEBUG", False)
    SECRET_KEY = env.str("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
    CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
    HTTPS = env.bool("HTTPS", False)
    DATABASE_URL = env.str("DATABASE_URL")
    REDIS_URL = env.str("REDIS_URL")
    # Sources may read files below this folder only, and fetch from these private networks only.
    SIGNALS_FOLDER = Path(env.str("SIGNALS_FOLDER", str(BASE / "signals")))
    SIGNALS_ALLOW_NETWORKS: list[str] = env.list("SIGNALS_ALLOW_NETWORKS", [])
    SIGNALS_MAX_BYTES = env.int("SIGNALS_MAX_BYTES", 200_000_000)
    SIGNALS_MAX_SECONDS = env.float("SIGNALS_MAX_SECONDS", 60.0)
    # Files of evidence lie here, below no address; they are read through pages that ask who may see them.
    FILES_FOLDER = Path(env.str("FILES_FOLDER", str(BASE / ".files")))
    FILES_MAX_BYTES = env.int("FILES_MAX_BYTES", 20_000_000)
    IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", 20_000_000)
    # Address of this site in messages, and the channels to which people may have theirs sent: a JSON object of names
    # and apprise URLs, in which {handle} stands for what a person is called there.
    SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
    CHAT_CHANNELS: Any = env.json("CHAT_CHANNELS", {})
    # Hour of the night run, in TIME_ZONE.
    NIGHT_HOUR = env.int("NIGHT_HOUR", 2)
    TIME_ZONE = env.str("TIME_ZONE", "UTC")
    DATABASES = {"default": database(DATABASE_URL)}
    CELERY_BROKER_URL = celery_broker(REDIS_URL)
except (environs.EnvError, ValueError) as error:
    raise ImproperlyConfigured(f"The settings are not complete: {error}") from None

INSTALLED_APPS = [
    "portfolio",
    "funding",
    "bets",
    "metrics",
    "org",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "django_linear_migrations",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "lucide",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.GZipOnceMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.middleware.SoundAddressMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.RefusalMiddleware",
    "config.middleware.UnsoundFormMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portfolio.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "portfolio.templatetags.ui"],
        },
    }
]

AUTH_USER_MODEL = "org.Person"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # unique without regard to case, by the constraint org_person_email_once
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portfolio"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "org.models.display_name"
ACCOUNT_ADAPTER = "config.accounts.InvitedOnly"
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are created by an admin; nobody signs up by themselves
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "stakes@localhost")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]  # 3 Dec 2026 in English; other languages keep the formats of Django
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
# Where collectstatic puts files for a server of their own; without it they are served from where they are installed.
STATIC_ROOT = env.str("STATIC_ROOT", None)
STATICFILES_DIRS = [BASE / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.static.PlotlyFinder",
]
WHITENOISE_USE_FINDERS = STATIC_ROOT is None

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Plotly sets an empty inline style; the hash is that of the empty string.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, EMPTY_STYLE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "worker-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    # The first of them says how to sign in, in the header WWW-Authenticate of 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "org.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api.answer_error",
    "URL_FORMAT_OVERRIDE": None,
}
ANSWERS_KEPT_BY = "org.answering.answer_once"  # of writes that name a key of their own
KNOX_TOKEN_MODEL = "org.Token"  # noqa: S105 # the name of a model
MIGRATION_MODULES = {"knox": None}  # its own model is replaced by ours, so it needs no table
SPECTACULAR_SETTINGS = {
    "TITLE": "Stakes: API",
    "DESCRIPTION": "A portfolio of bets: what the pages show and do, for the same people. Every answer can be asked"
    " for again with If-None-Match; amounts of money are whole minor units.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_PATCH": False,  # what is sent to PATCH says by itself what may be left out
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "list", "supportedSubmitMethods": ["get"]},
    "POSTPROCESSING_HOOKS": ["config.openapi.tell_errors"],
}

# PostgreSQL holds the truth of every job (org.Job); Celery only rings the bell, so a lost message is a late one.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "unacked_restore_interval": 10,
    "unacked_mutex_expire": 15,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "org.tasks.tick", "schedule": 60.0, "options": {"expires": 60}},
    "deliver": {"task": "org.tasks.deliver_events", "schedule": 30.0, "options": {"expires": 30}},
    "notices": {"task": "org.tasks.send_notices", "schedule": 60.0, "options": {"expires": 60}},
    "requests": {"task": "funding.tasks.watch_requests", "schedule": 600.0, "options": {"expires": 600}},
    "reviews": {"task": "portfolio.tasks.prepare_reviews", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget": {"task": "org.tasks.forget_answers", "schedule": 3600.0, "options": {"expires": 3600}},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
