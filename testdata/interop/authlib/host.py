"""Authlib's authorization server on loopback for one test: clients that speak for
themselves, with signed assertions.

    /usr/bin/python3 host.py [PORT]

A third reading of RFC 7523, and the only one here of its grant: the provider of
npm does not have it. Authlib reads the requests, checks the JWTs and makes the
answers; what is here is where clients and tokens are kept.

The first line on stdout is {"issuer": …, "port": …}, then one line for each
request, written before the response is, and never a secret: {"method", "path",
"client_id", "grant_type", "status", "error", "authentication"}. Ends when stdin
closes or on SIGTERM.

Environment:
  TOLD          a file of JSON with the "clients" (metadata of RFC 7591)
  SECRETS_FILE  where every secret of the exchange is kept, one JSON object a line
"""

import json
import os
import sys
import threading
from base64 import urlsafe_b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from authlib.common.security import generate_token
from authlib.jose import JsonWebKey
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion, JWTBearerGrant
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

HOST = "127.0.0.1"
USERS = {"alice"}
METHODS = ["client_secret_post", "client_assertion_jwt"]

# Loopback. Authlib would have TLS there too.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

tokens, jtis = {}, set()


class Client(ClientMixin):
    def __init__(self, told):
        self.told = told

    def get_client_id(self):
        return self.told["client_id"]

    def get_allowed_scope(self, scope):
        return scope

    def check_client_secret(self, client_secret):
        return client_secret == self.told.get("client_secret")

    def check_endpoint_auth_method(self, method, endpoint):
        declared = self.told["token_endpoint_auth_method"]
        return method == ("client_assertion_jwt" if declared == "private_key_jwt" else declared)

    def check_grant_type(self, grant_type):
        return grant_type in self.told["grant_types"]

    def key(self, headers):
        keys = JsonWebKey.import_key_set(self.told["jwks"])
        return keys.find_by_kid(headers["kid"]) if "kid" in headers else keys.keys[0]


with open(os.environ["TOLD"], encoding="utf-8") as file:
    clients = {told["client_id"]: Client(told) for told in json.load(file)["clients"]}


class Payload:
    """A request's parameters, as Authlib asks for them since 1.6."""

    def __init__(self, data):
        self.data = data
        self.datalist = {name: [value] for name, value in data.items()}

    def __getattr__(self, name):
        return self.data.get(name)


class Request(OAuth2Request):
    form = data = None  # properties since 1.6, which a request that was read by hand does without

    def __init__(self, uri, parameters, headers):
        super().__init__("POST", uri, headers=headers)
        self.form = self.data = parameters
        self.payload = Payload(parameters)


class Token(dict):
    """What introspection says of it."""

    def is_expired(self):
        return False  # not as long as a test takes

    def is_revoked(self):
        return False


class Server(AuthorizationServer):
    def query_client(self, client_id):
        return clients.get(client_id)

    def save_token(self, token, request):
        tokens[token["access_token"]] = Token(
            client_id=request.client.get_client_id(),
            scope=token.get("scope"),
            sub=request.user,
            token_type=token["token_type"],
        )

    def send_signal(self, name, *args, **kwargs):
        pass

    def create_oauth2_request(self, request):
        return request

    def handle_response(self, status, body, headers):
        return status, body, headers


class Assertion(JWTBearerClientAssertion):
    """Client authentication: RFC 7523 §2.2."""

    def validate_jti(self, claims, jti):
        new = jti not in jtis
        jtis.add(jti)
        return new

    def create_claims_options(self):
        return {**super().create_claims_options(), "aud": {"essential": True, "values": [self.token_url, issuer]}}

    def resolve_client_public_key(self, client, headers):
        return client.key(headers)


class Bearer(JWTBearerGrant):
    """The grant: RFC 7523 §2.1."""

    def process_assertion_claims(self, assertion):
        self.CLAIMS_OPTIONS = {**JWTBearerGrant.CLAIMS_OPTIONS, "aud": {"essential": True, "values": [issuer]}}
        return super().process_assertion_claims(assertion)

    def resolve_issuer_client(self, issuer):
        return clients[issuer]

    def resolve_client_key(self, client, headers, payload):
        return client.key(headers)

    def authenticate_user(self, subject):
        return subject if subject in USERS else None

    def has_granted_permission(self, client, user):
        return True


class Speaker(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = METHODS

    def create_endpoint_request(self, request):
        return request

    def query_token(self, token, token_type_hint):
        return tokens.get(token)

    def check_permission(self, token, client, request):
        return True

    def introspect_token(self, token):
        return token


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/.well-known/oauth-authorization-server"
        self.answer(200 if found else 404, metadata() if found else {}, {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        request = Request(issuer + self.path, dict(parse_qsl(body)), self.headers)
        if self.path == "/introspect":
            reply = server.create_endpoint_response(Introspection.ENDPOINT_NAME, request)
        else:
            reply = server.create_token_response(request)
        self.answer(*reply, request=request)

    def answer(self, status, body, headers, request=None):
        body = dict(body)
        keep_secrets(body, request.form if request else {})
        emit({
            "method": self.command,
            "path": self.path,
            "client_id": request and request.client and request.client.get_client_id(),
            "grant_type": request and request.grant_type,
            "status": status,
            "error": body.get("error"),
            "authentication": request and authentication(request),
        })
        data = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
        self.send_response(status)
        for name, value in dict(headers, **{"Content-Type": "application/json", "Content-Length": len(data)}).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


def authentication(request):
    """By which means the client authenticated, off the wire."""
    if "client_assertion" in request.form:
        header = request.form["client_assertion"].partition(".")[0]
        return "private_key_jwt:" + json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["alg"]
    return "client_secret_post" if "client_secret" in request.form else "none"


def metadata():
    return {
        "issuer": issuer,
        "token_endpoint": issuer + "/token",
        "introspection_endpoint": issuer + "/introspect",
        "response_types_supported": [],
        "grant_types_supported": [JWTBearerGrant.GRANT_TYPE, ClientCredentialsGrant.GRANT_TYPE],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
    }


def keep_secrets(*where):
    """What a test looks for where it must not be."""
    names = ("access_token", "assertion", "client_assertion", "client_secret")
    with open(os.environ["SECRETS_FILE"], "a", encoding="utf-8") as file:
        for name, value in [(name, params[name]) for params in where for name in names if name in params]:
            file.write(json.dumps({"name": name, "value": value}) + "\n")


def emit(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def end_with_stdin():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_stdin, daemon=True).start()
http = ThreadingHTTPServer((HOST, int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler)
issuer = f"http://{HOST}:{http.server_address[1]}"
server = Server()
server.register_client_auth_method("client_assertion_jwt", Assertion(issuer + "/token"))
server.register_token_generator("default", BearerTokenGenerator(lambda **_: generate_token(42), expires_generator=20))
server.register_grant(Bearer)
server.register_grant(Speaker)
server.register_endpoint(Introspection)
emit({"issuer": issuer, "port": http.server_address[1]})
http.serve_forever()
