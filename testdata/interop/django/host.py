"""Django OAuth Toolkit on loopback for one test: settings, pages and server.

    /usr/bin/python3 host.py DIRECTORY [PORT]

Another language and another reading of the RFCs than the Node provider: the
metadata stands behind a final slash, a refresh answers without an ID Token, and
the reuse of a refresh token does not revoke its family.

The first line on stdout is {"issuer": …, "port": …}, then one line for each
request: {"method", "path", "client_id", "grant_type", "status"}, written before
the response is, and never a secret. Ends when stdin closes or on SIGTERM.

Environment:
  ACCESS_TOKEN_TTL     seconds an access token of a login lives (3600)
  REFRESHED_TOKEN_TTL  seconds an access token of a refresh lives (3600)
"""

import json
import os
import sys
import threading

import django
from django.conf import settings
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from jwcrypto import jwk

HOST = "127.0.0.1"
USER, PASSWORD = "alice", "wonderland"
APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"]
LOGIN_PAGE = """<!doctype html><title>Sign in</title>
<form method="post">{% csrf_token %}{{ form.as_p }}<button type="submit">Sign in</button></form>"""


def lifetime(request):
    """Seconds the access token lives that answers this token request."""
    refreshed = request.grant_type == "refresh_token"
    return int(os.environ.get("REFRESHED_TOKEN_TTL" if refreshed else "ACCESS_TOKEN_TTL", "3600"))


def emit(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def record(get_response):
    """Middleware: the line of each request, before its response leaves."""

    def middleware(request):
        response = get_response(request)
        asked = request.POST if request.method == "POST" else request.GET
        emit({
            "method": request.method,
            "path": request.path,
            "client_id": asked.get("client_id"),
            "grant_type": asked.get("grant_type"),
            "status": response.status_code,
        })
        return response

    return middleware


def configure(directory):
    key = jwk.JWK.generate(kty="RSA", size=2048).export_to_pem(private_key=True, password=None)
    settings.configure(
        ALLOWED_HOSTS=[HOST],
        DATABASES={"default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.path.join(directory, "db.sqlite3"),
            "OPTIONS": {"timeout": 20},
        }},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=APPS,
        LOGIN_URL="/login/",
        # CommonMiddleware is what answers a metadata address without its final slash.
        MIDDLEWARE=[
            f"{__name__}.record",
            "django.middleware.common.CommonMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        # Tables straight from the models: a second instead of four.
        MIGRATION_MODULES={name.rpartition(".")[2]: None for name in APPS},
        OAUTH2_PROVIDER={
            "EXTRA_SERVER_KWARGS": {"token_expires_in": lifetime},
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": key.decode(),
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "Sign in", "read": "Read", "write": "Write"},
        },
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SECRET_KEY="only for the length of one test",
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"],
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"login.html": LOGIN_PAGE}),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }],
        USE_TZ=True,
    )


def populate():
    """One user, and one public client with a loopback redirect URI of any port."""
    from django.contrib.auth import get_user_model
    from oauth2_provider.models import Application

    call_command("migrate", run_syncdb=True, verbosity=0)
    user = get_user_model().objects.create_user(USER, password=PASSWORD)
    Application.objects.create(
        name="cli",
        client_id="cli",
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="http://127.0.0.1/callback",
        algorithm=Application.RS256_ALGORITHM,
        user=user,
    )


def routes():
    # Only to be imported once the settings stand.
    from django.contrib.auth.views import LoginView

    return (
        path("login/", LoginView.as_view(template_name="login.html")),
        path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    )


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def end_with_stdin():
    sys.stdin.buffer.read()
    os._exit(0)


def main(directory, port="0"):
    threading.Thread(target=end_with_stdin, daemon=True).start()
    configure(directory)
    django.setup()
    populate()
    settings.ROOT_URLCONF = routes()
    server = ThreadedWSGIServer((HOST, int(port)), Quiet)
    server.set_app(get_wsgi_application())
    port = server.server_address[1]
    emit({"issuer": f"http://{HOST}:{port}/o", "port": port})
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
