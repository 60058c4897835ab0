"""The product's own settings, in a test environment: a throw-away key and database, small costs."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "a key for tests, long enough to satisfy the deployment checks, and no secret")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("SECURE_SSL_REDIRECT", "false")

from rehab.settings import *  # noqa: F403
from rehab.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, STORAGES

# A file, not memory: IMMEDIATE and WAL are part of what is tested.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"rehab-test-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"]["TEST"] = {"NAME": f"rehab_test_{os.getpid()}"}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Nothing is collected for a test: static files come from where they are written.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = tempfile.mkdtemp(prefix="rehab-test-media-")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The live server of the browser tests speaks plain http.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "session", "csrf"
# A page that asks the database again for each of its rows is a failure.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["tests.queries.rows_are_read_together", *MIDDLEWARE]
# Where a session has just been ended, Django asks for it again under its new key.
ZEAL_ALLOWLIST = [{"model": "sessions.Session"}]
