// The authorization server of npm `@jmondi/oauth2-server`, hosted on loopback
// for one test: token exchange (RFC 8693), which the certified provider does not
// have. The library reads the requests, authenticates the client, makes and
// introspects tokens; what is here is where clients and tokens are kept, and
// whose tokens may be exchanged: its own.
//
//   node oauth2-server.mjs [PORT]
//
// First line on stdout: {"issuer":…,"port":…}. Then one line for each request,
// written before the response is, and never a secret: {"method","path",
// "client_id","grant_type","status","error","authentication","asked"}. Ends when
// stdin closes or on SIGTERM.
//
// Environment:
//   TOLD          a file of JSON with the "clients": metadata of RFC 7591
//   SECRETS_FILE  where every secret of the exchange is kept (secrets.mjs)

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

import {
  AuthorizationServer, DateInterval, JwtService, OAuthException, TokenExchangeGrant, generateRandomToken,
} from '@jmondi/oauth2-server';
import { handleVanillaError } from '@jmondi/oauth2-server/vanilla';

import * as secrets from './secrets.mjs';

const host = '127.0.0.1';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';

const told = JSON.parse(readFileSync(process.env.TOLD, 'utf8'));
const clients = new Map(told.clients.map((one) => [one.client_id, {
  id: one.client_id,
  name: one.client_id,
  secret: one.client_secret,
  allowedGrants: one.grant_types,
  redirectUris: [],
  scopes: [],
}]));
const tokens = new Map();

const jwt = new JwtService(generateRandomToken());
const parts = [
  {
    getByIdentifier: async (id) => clients.get(id),
    isClientValid: async (grant, { secret, allowedGrants }, shown) => secret === shown && allowedGrants.includes(grant),
  },
  {
    issueToken: async (client, scopes, user) => ({ accessToken: generateRandomToken(), client, scopes, user }),
    persist: async (token) => { tokens.set(token.accessToken, token); },
    getByAccessToken: async (id) => tokens.get(id),
  },
  {
    getAllByIdentifiers: async (names) => names.map((name) => ({ name })),
    finalize: async (scopes) => scopes,
  },
  jwt,
];

// RFC 8693 §2.2.2: "If the request itself is not valid or if either the
// "subject_token" or "actor_token" are invalid for any reason … the value of the
// "error" parameter MUST be the "invalid_request" error code."
async function whose({ subjectToken, subjectTokenType }) {
  if (subjectTokenType !== accessToken) throw OAuthException.invalidParameter('subject_token_type');
  try {
    const { jti } = await jwt.verify(subjectToken);
    return { id: tokens.get(jti).client.id };
  } catch {
    throw OAuthException.invalidParameter('subject_token');
  }
}

const server = new AuthorizationServer(...parts);
server.enableGrantTypes(
  [{ grant: new TokenExchangeGrant(whose, ...parts, server.options) }, new DateInterval('20s')],
  ['client_credentials', new DateInterval('20s')],
);

const endpoints = {
  '/token': (request) => server.respondToAccessTokenRequest(request),
  '/introspect': (request) => server.introspect(request),
};

const metadata = (issuer) => ({
  issuer,
  token_endpoint: `${issuer}/token`,
  introspection_endpoint: `${issuer}/introspect`,
  response_types_supported: [],
  grant_types_supported: ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'],
  token_endpoint_auth_methods_supported: ['client_secret_post'],
});

async function answer(issuer, { method, url, headers }, body) {
  if (url === '/.well-known/oauth-authorization-server') return { status: 200, body: metadata(issuer) };
  if (method !== 'POST' || !endpoints[url]) return { status: 404, body: {} };
  try {
    return await endpoints[url]({ body, headers, query: {} });
  } catch (err) {
    return handleVanillaError(err);
  }
}

const emit = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function serve(issuer, request, response) {
  const body = Object.fromEntries(new URLSearchParams(await text(request)));
  const answered = await answer(issuer, request, { ...body });
  secrets.sent(body);
  secrets.answered(answered.body);
  emit({
    method: request.method,
    path: request.url,
    client_id: body.client_id,
    grant_type: body.grant_type,
    status: answered.status,
    error: answered.body.error,
    authentication: body.client_secret ? 'client_secret_post' : 'none',
    asked: ['audience', 'resource', 'actor_token', 'requested_token_type'].filter((name) => body[name]),
  });
  response.writeHead(answered.status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(answered.body));
}

const end = () => process.exit(0);
process.on('SIGTERM', end);
process.stdin.on('end', end).on('error', end).resume();

const http = createServer();
http.listen(Number.parseInt(process.argv[2] ?? '0', 10), host);
await once(http, 'listening');
const { port } = http.address();
const issuer = `http://${host}:${port}`;
http.on('request', (request, response) => serve(issuer, request, response));
emit({ issuer, port });
