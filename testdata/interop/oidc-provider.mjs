// The certified OpenID Provider of npm `oidc-provider`, hosted on loopback for
// one test. It shares no line of code with the client it judges.
//
//   node oidc-provider.mjs [PORT]
//
// First line on stdout: {"issuer":…,"port":…}. Then one line for each request,
// {"method","path","client_id","grant_type","status"}, written before the
// response is, and never a secret. Ends when stdin closes or on SIGTERM.
//
// Environment:
//   ACCESS_TOKEN_TTL     seconds an access token of a login lives (3600)
//   REFRESHED_TOKEN_TTL  seconds an access token of a refresh lives (3600)
//   CLIENT_SECRET        the secret of the clients `basic` and `post`
//   SECRETS_FILE         a file outside the client's reach to which every secret
//                        of the exchange is appended, one JSON object a line:
//                        what a test then looks for where it must not be

import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const host = '127.0.0.1';
const seconds = (name) => Number.parseInt(process.env[name] ?? '3600', 10);

const redirectURIs = [
  'http://127.0.0.1/callback',
  'http://[::1]/callback',
  'http://localhost/callback',
];

// RFC 8252 §7.3: "The authorization server MUST allow any port to be specified
// at the time of the request for loopback IP redirect URIs". The provider does
// so for application_type native, confidential clients among them.
const client = (id, method) => ({
  client_id: id,
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: redirectURIs,
  token_endpoint_auth_method: method,
  ...(method !== 'none' && { client_secret: process.env.CLIENT_SECRET ?? 'secret' }),
});

const configuration = {
  clients: [
    client('cli', 'none'),
    client('basic', 'client_secret_basic'),
    client('post', 'client_secret_post'),
  ],
  clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `Name of ${id}`, email: `${id}@example.com` }),
  }),
  features: {
    devInteractions: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: { enabled: false },
    revocation: { enabled: true },
    userinfo: { enabled: true },
  },
  rotateRefreshToken: true,
  cookies: { keys: ['only for the length of one test'] },
  ttl: {
    AccessToken: (ctx) => seconds(
      ctx.oidc.params?.grant_type === 'refresh_token' ? 'REFRESHED_TOKEN_TTL' : 'ACCESS_TOKEN_TTL',
    ),
    AuthorizationCode: 60,
    Grant: 3600,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 86_400,
    Session: 3600,
  },
};

const emit = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function record(ctx, next) {
  await next();
  const params = ctx.oidc?.params ?? {};
  recordSecrets({ ...params, ...ctx.oidc?.body }, ctx.body);
  emit({
    method: ctx.method,
    path: ctx.path,
    client_id: ctx.oidc?.client?.clientId,
    grant_type: params.grant_type,
    status: ctx.status,
  });
}

function recordSecrets(request, response) {
  if (!process.env.SECRETS_FILE) return;
  for (const name of ['code', 'code_verifier', 'client_secret']) recordSecret(name, request[name]);
  for (const name of ['access_token', 'refresh_token', 'id_token']) recordSecret(name, response?.[name]);
}

function recordSecret(name, value) {
  if (typeof value !== 'string' || value === '') return;
  appendFileSync(process.env.SECRETS_FILE, `${JSON.stringify({ name, value })}\n`);
}

function end() {
  process.exit(0);
}

process.on('SIGTERM', end);
process.stdin.on('end', end).on('error', end).resume();

// The issuer bears the port, so the socket comes first.
const server = createServer();
server.listen(Number.parseInt(process.argv[2] ?? '0', 10), host, () => {
  const { port } = server.address();
  const issuer = `http://${host}:${port}`;
  const provider = new Provider(issuer, configuration);
  provider.use(record);
  server.on('request', provider.callback());
  emit({ issuer, port });
});
