"""Django settings. What differs between machines comes from the environment; docs/operations.md lists it."""

from datetime import timedelta
from pathlib import Path

from config.env import BASE_DIR, Environment

env = Environment()

DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.required("SECRET_KEY", "Set it to a long random text and keep it secret; `make run` makes one.")
# Former keys, with which sessions and the secrets of feeds are still read.
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", [])
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))

# Whether people who are not signed in may read (never correct or manage).
PUBLIC_READ = env.flag("PUBLIC_READ", False)

# Hosts inside the machine or its network that feeds may be fetched from, as host or host:port. None by default.
FETCH_ALLOWED_HOSTS = env.names("FETCH_ALLOWED_HOSTS", [])
# How gently the hosts of feeds and pages are asked: requests to one of them at once, and seconds between two.
FETCH_AT_ONCE = env.integer("FETCH_AT_ONCE", 2)
FETCH_SECONDS_APART = env.integer("FETCH_SECONDS_APART", 1, least=0)
FETCH_USER_AGENT = env.text("FETCH_USER_AGENT", "Dyad/0.1 (tracker of relations between countries)")

INSTALLED_APPS = [
    "config.apps.DyadAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "relations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "relations.views.security.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "relations.views.access.roles",
            ],
        },
    },
]

DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False  # English only; prepared display strings are several times cheaper than localised ones
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# `manage.py start` and a deployment collect the files and serve them under names with a hash, cached for ever.
HASHED_STATIC_FILES = env.flag("HASHED_STATIC_FILES", False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC_FILES
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC_FILES

# What people send. The first handler counts files and bytes and lets go of what is too much, and the views say so in
# words; Django's own limits, which end in a bare 400, stand above that and keep only abuse out.
FILE_UPLOAD_HANDLERS = [
    "relations.views.uploads.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 60_000_000  # bytes of all files of a request, which are kept in memory
DATA_UPLOAD_MAX_NUMBER_FILES = None  # counted by the first handler
DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000_000  # bytes without files; a text that is pasted may be too long, and is told so

SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_HTTPONLY = True
# Behind a proxy with HTTPS, SECURE_COOKIES=true keeps cookies off plain HTTP.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("SECURE_COOKIES", False)
if SESSION_COOKIE_SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CELERY_BROKER_URL = env.redis()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # Redis may be away for as long as it takes; PostgreSQL remembers
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_TIMEZONE = TIME_ZONE
# Seconds between two looks at what is due; a minute, shortened by the tests that run real workers.
PIPELINE_EVERY = env.integer("PIPELINE_EVERY", 60)
# Which coder of relations/tagging/registry.py reads the articles.
CODER = env.one_of("CODER", ["grammar"], "grammar")
# Shares of events, chosen at random, that editors judge whatever a look at them is worth, and that two of them judge.
AUDIT_SHARE = env.integer("AUDIT_PERCENT", 5, least=0, most=100) / 100
SECOND_OPINION_SHARE = env.integer("SECOND_OPINION_PERCENT", 10, least=0, most=100) / 100
# Types, sources and rules that are right less often than this are flagged.
PRECISION_LINE = env.integer("PRECISION_LINE", 60, least=0, most=100) / 100

# Mails tell admins of feeds that need them. Where no server is named they are written as files, so nothing is lost.
_mail = env.mail()
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail.host else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = _mail.host, _mail.port, _mail.timeout
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.tls, _mail.ssl
DEFAULT_FROM_EMAIL = _mail.sender
# Minutes between two of them, however many feeds fall into trouble meanwhile.
ALERT_MAIL_EVERY = env.integer("ALERT_MAIL_EVERY", 30)
# Where people reach this site, for the links in mails.
SITE_URL = env.site("SITE_URL")

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.one_of("LOG_LEVEL", LOG_LEVELS, "INFO")},
    # One line for each request to a feed or message on the broker says nothing that the feed's log of visits does not.
    "loggers": {name: {"level": "WARNING"} for name in ("httpx2", "httpcore2", "celery.app.trace", "celery.beat")},
}

env.complain_if_any()
