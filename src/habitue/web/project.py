"""The Django project of a workspace: settings from its configuration, tables in its register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import sqlalchemy as sa
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from habitue.kernel.register import BUSY_SECONDS
from habitue.web import binding, catalogue
from habitue.web.areas import names

if TYPE_CHECKING:
    from habitue.workspace import Workspace

ROOT = Path(__file__).parent
MIGRATIONS_TABLE = "web_migrations"
SESSION_SECONDS = 14 * 24 * 3600
INVITATION_SECONDS = 3 * 24 * 3600
ASSET_SECONDS = 24 * 3600
UPLOAD_IN_MEMORY_BYTES = 2 * 1024 * 1024


def start() -> None:
    """Set Django up without a workspace, so that its models can be imported; once per process."""
    if settings.configured:
        return
    settings.configure(**values())
    django.setup()
    _name_migrations_table()
    catalogue.install()


def configure(ws: Workspace) -> None:
    """Set Django up for `ws`; called again with another workspace, it turns to that one."""
    start()
    binding.bind(ws)
    for name, value in _own(ws).items():
        setattr(settings, name, value)
    connections.close_all()
    connections.databases["default"].update(database(ws.register.url))
    if hasattr(connections._connections, "default"):
        del connections["default"]


def migrate() -> None:
    """Bring the tables of the pages in the register up to date."""
    call_command("migrate", verbosity=0, interactive=False)


def values() -> dict[str, Any]:
    """Django's settings as they are for every workspace."""
    return {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["*"],
        "ROOT_URLCONF": "habitue.web.urls",
        "INSTALLED_APPS": [
            "habitue.web.apps.WebConfig",
            "habitue.web.apps.SignInConfig",
            "habitue.web.apps.KindsConfig",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "django.forms",
            "django_htmx",
            "csp",
        ],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "habitue.web.assets.Assets",
            "csp.middleware.CSPMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "django.middleware.common.CommonMiddleware",
            "habitue.web.middleware.SecureCookies",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "habitue.web.middleware.Reader",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django_htmx.middleware.HtmxMiddleware",
            "habitue.web.middleware.FirstRun",
            "habitue.web.middleware.Errors",
        ],
        "TEMPLATES": [_templates()],
        "FORM_RENDERER": "habitue.web.forms.Renderer",
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "MIGRATION_MODULES": {"auth": None, "contenttypes": None},
        **_sign_in(),
        **_static(),
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English"), ("de", "Deutsch"), ("ru", "Русский")],
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "FILE_UPLOAD_MAX_MEMORY_SIZE": UPLOAD_IN_MEMORY_BYTES,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        # Plain HTTP on the own machine must work: SecureCookies marks cookies whenever a connection is encrypted,
        # redirects and HSTS belong to the proxy that holds the certificate.
        "SILENCED_SYSTEM_CHECKS": ["security.W004", "security.W008", "security.W011", "security.W016"],
        "CONTENT_SECURITY_POLICY": _content_security_policy(),
        "LOGGING_CONFIG": None,  # the process that serves decides how it logs
    }


def _own(ws: Workspace) -> dict[str, Any]:
    """What differs from one workspace to another; cookies carry a mark, for ports share them."""
    mark = ws.secret("cookies").hex()[:8]
    return {
        "SECRET_KEY": ws.secret("django").hex(),
        "SESSION_COOKIE_NAME": f"habitue_session_{mark}",
        "CSRF_COOKIE_NAME": f"habitue_csrf_{mark}",
    }


def database(url: str) -> dict[str, Any]:
    """Django's description of the register at the SQLAlchemy `url`."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parsed.database or ":memory:",
            "OPTIONS": {
                "timeout": BUSY_SECONDS,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parsed.database,
        "USER": parsed.username or "",
        "PASSWORD": parsed.password or "",
        "HOST": parsed.host or "",
        "PORT": str(parsed.port or ""),
        "OPTIONS": dict(parsed.query),
        # Each request runs in a thread of its own, which takes its connection along when it ends.
        "CONN_MAX_AGE": 0,
    }


def _templates() -> dict[str, Any]:
    areas = [ROOT / name / "templates" for name in names()]
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates", *areas],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "habitue.web.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "habitue.web.templatetags.show",
                "habitue.web.templatetags.icons",
            ],
        },
    }


def _sign_in() -> dict[str, Any]:
    checks = "django.contrib.auth.password_validation."
    return {
        "AUTH_USER_MODEL": "web.User",
        "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"],
        "PASSWORD_HASHERS": [
            "django.contrib.auth.hashers.ScryptPasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {
                "NAME": checks + "UserAttributeSimilarityValidator",
                "OPTIONS": {"user_attributes": ("email", "name")},
            },
            {"NAME": checks + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
            {"NAME": checks + "CommonPasswordValidator"},
            {"NAME": checks + "NumericPasswordValidator"},
        ],
        "PASSWORD_RESET_TIMEOUT": INVITATION_SECONDS,
        "LOGIN_URL": "account:sign_in",
        "LOGIN_REDIRECT_URL": "/",
        "SESSION_ENGINE": "habitue.web.sessions",
        "SESSION_COOKIE_AGE": SESSION_SECONDS,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_FAILURE_VIEW": "habitue.web.errors.form_too_old",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
    }


def _static() -> dict[str, Any]:
    areas = [path for name in names() if (path := ROOT / name / "static").is_dir()]
    return {
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": areas,
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "habitue.web.assets.AssetStorage"},
        },
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "WHITENOISE_MAX_AGE": ASSET_SECONDS,
        "WHITENOISE_ALLOW_ALL_ORIGINS": False,
    }


def _content_security_policy() -> dict[str, Any]:
    own = ["'self'"]
    return {
        "DIRECTIVES": {
            "default-src": ["'none'"],
            "script-src": own,
            "style-src": own,
            "img-src": ["'self'", "data:"],
            "font-src": own,
            "connect-src": own,
            "form-action": own,
            "base-uri": ["'none'"],
            "frame-ancestors": ["'none'"],
        }
    }


def _name_migrations_table() -> None:
    """Keep Django's record of migrations under our prefix; Django offers no setting for its name."""
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration._meta.db_table = MIGRATIONS_TABLE
