// The OAuth 2.1 provider of npm `better-auth`, hosted on loopback for one test.
// It compares redirect URIs by RFC 8252 §7.3, sends `iss`, and registers clients.
// The library does all of the protocol; what is here are its two pages.
//
//   node better-auth.mjs [PORT]
//
// First line on stdout: {"issuer":…,"port":…,"clients":{NAME:{"client_id",
// "client_secret"}}}: a public client, `public`, and one with a secret,
// `confidential`. Then one line for each request, written before the response
// is, and never a secret: {"method","path","client_id","grant_type","status",
// "error"}. Ends when stdin closes or on SIGTERM.
//
// Environment:
//   ACCESS_TOKEN_TTL  seconds an access token lives (3600)
//   SECRETS_FILE      where every secret of the exchange is kept (secrets.mjs)

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

import { oauthProvider } from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { getAuthTables } from 'better-auth/db';
import { jwt } from 'better-auth/plugins';

import * as secrets from './secrets.mjs';

const host = '127.0.0.1';
const user = { email: 'ada@example.com', password: 'analytical engine', name: 'Ada Lovelace' };

const emit = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
// stdout is the log's: what the library has to say goes where warnings go.
console.log = console.info = console.warn = console.error;

function end() {
  process.exit(0);
}

process.on('SIGTERM', end);
process.stdin.on('end', end).on('error', end).resume();

// The issuer bears the port, so the socket comes first.
const server = createServer();
server.listen(Number.parseInt(process.argv[2] ?? '0', 10), host);
await once(server, 'listening');
const { port } = server.address();
const origin = `http://${host}:${port}`;

const options = {
  baseURL: origin,
  secret: randomBytes(32).toString('base64'),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      accessTokenExpiresIn: Number.parseInt(process.env.ACCESS_TOKEN_TTL ?? '3600', 10),
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
    }),
  ],
};
const tables = Object.values(getAuthTables(options)).map((table) => [table.modelName, []]);
const auth = betterAuth({ ...options, database: memoryAdapter(Object.fromEntries(tables)) });
await auth.api.signUpEmail({ body: user });

// call asks the library as a page's script would, and goes where it says.
async function call(path, request, body) {
  const response = await auth.handler(new Request(origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: request.headers.cookie ?? '', origin },
    body: JSON.stringify(body),
  }));
  const answer = await response.json();
  const headers = new Headers({ location: answer.url ?? `/sign-in?failed=${response.status}` });
  for (const cookie of response.headers.getSetCookie()) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}

const page = (body) => new Response(`<!doctype html><title>better-auth</title>${body}`, { headers: { 'content-type': 'text/html' } });

// pages are what the library leaves to whoever hosts it. A form without an action goes back to its own address, which
// bears the signed query.
const pages = {
  'GET /sign-in': () => page('<form method="post"><input type="text" name="email"><input type="password" name="password"><button type="submit">Sign in</button></form>'),
  'POST /sign-in': (request, query) => call('/api/auth/sign-in/email', request, { ...user, oauth_query: query }),
  'GET /consent': () => page('<form method="post"><button type="submit" name="accept" value="yes">Allow</button><button type="submit">Cancel</button></form>'),
  'POST /consent': (request, query, sent) => call('/api/auth/oauth2/consent', request, { accept: sent.accept === 'yes', oauth_query: query }),
};

async function answer(request, url, body, sent) {
  const own = pages[`${request.method} ${url.pathname}`];
  if (own) return own(request, url.search.slice(1), sent);
  const asked = { method: request.method, headers: request.headers, ...(body && { body }) };
  return auth.handler(new Request(url, asked));
}

// The client's name is in the header where it authenticates by Basic.
const basic = (header = '') => header.startsWith('Basic ')
  ? decodeURIComponent(Buffer.from(header.slice('Basic '.length), 'base64').toString().split(':')[0])
  : '';

server.on('request', async (request, response) => {
  const url = new URL(request.url, origin);
  const body = await text(request);
  const sent = Object.fromEntries(new URLSearchParams(body || url.search));
  const answered = await answer(request, url, body, sent);
  const content = await answered.text();
  let json = {};
  try {
    json = JSON.parse(content);
  } catch { /* a page, or nothing */ }
  secrets.sent(sent);
  secrets.answered(json);
  emit({
    method: request.method, path: url.pathname, client_id: sent.client_id ?? (basic(request.headers.authorization) || undefined),
    grant_type: sent.grant_type, status: answered.status, error: json?.error,
  });
  response.writeHead(answered.status, [...answered.headers].flat());
  response.end(content);
});

async function register(token_endpoint_auth_method) {
  const response = await auth.handler(new Request(`${origin}/api/auth/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      token_endpoint_auth_method, application_type: 'native', redirect_uris: [`http://${host}/callback`],
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
    }),
  }));
  const client = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(client));
  return { client_id: client.client_id, client_secret: client.client_secret };
}

const clients = { public: await register('none'), confidential: await register('client_secret_basic') };
emit({ issuer: `${origin}/api/auth`, port, clients });
