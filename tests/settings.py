"""A TOM like the one that `tom_setup` writes, with our apps in it."""

import os
import tempfile
from pathlib import Path

from tom_common.default_settings import *  # noqa: F403
from tom_common.default_settings import (
    TOMTOOLKIT_AUTHENTICATION_BACKENDS,
    TOMTOOLKIT_INSTALLED_APPS,
    TOMTOOLKIT_MIDDLEWARE,
)

from tom_alerce_like import APPS

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
TOM_NAME = "Test TOM"
INSTALLED_APPS = [*TOMTOOLKIT_INSTALLED_APPS, *APPS]
SITE_ID = 1
MIDDLEWARE = [*TOMTOOLKIT_MIDDLEWARE]
ROOT_URLCONF = "tests.urls"
AUTHENTICATION_BACKENDS = [*TOMTOOLKIT_AUTHENTICATION_BACKENDS]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
CRISPY_TEMPLATE_PACK = "bootstrap5"
if os.environ.get("TEST_DATABASE_URL"):
    HOST, PORT, USER = os.environ["TEST_DATABASE_URL"].split(":")
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "tom",
            "HOST": HOST,
            "PORT": PORT,
            "USER": USER,
        }
    }
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(BASE_DIR.parent / "test.sqlite3")}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(tempfile.gettempdir()) / "tom_alerce_like_test_static"
MEDIA_ROOT = Path(tempfile.gettempdir()) / "tom_alerce_like_test_media"
MEDIA_URL = "/data/"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
TARGET_TYPE = "SIDEREAL"
FACILITIES: dict = {}
DATA_SERVICES: dict = {}
DATA_PRODUCT_TYPES = {
    "photometry": ("photometry", "Photometry"),
    "fits_file": ("fits_file", "FITS File"),
    "spectroscopy": ("spectroscopy", "Spectroscopy"),
    "image_file": ("image_file", "Image File"),
}
DATA_PROCESSORS: dict = {}
TOM_FACILITY_CLASSES: list = []
EXTRA_FIELDS: list = []
AUTH_STRATEGY = "READ_ONLY"
OPEN_URLS: list = []
TARGET_PERMISSIONS_ONLY = True
TARGET_DEFAULT_PERMISSION = "PRIVATE"
HOOKS: dict = {}
HINTS_ENABLED = False
HINT_LEVEL = 20
AUTO_THUMBNAILS = False
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": [],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 100,
}
PLOTLY_THEME = "plotly_white"
TOM_ALERCE_LIKE: dict = {}
