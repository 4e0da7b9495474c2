// What the provider is told about itself: everything it has that a command line
// can ask for is switched on, so that a client cannot do less and be served.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { errors } from 'oidc-provider';

import { mutualTLS } from './tls.mjs';

const seconds = (name) => Number.parseInt(process.env[name] ?? '3600', 10);

const redirectURIs = [
  'http://127.0.0.1/callback',
  'http://[::1]/callback',
  'http://localhost/callback',
];

// RFC 8252 §7.3: "The authorization server MUST allow any port to be specified
// at the time of the request for loopback IP redirect URIs". The provider does
// so for application_type native, confidential clients among them.
const native = {
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: redirectURIs,
};

const client = (id, method) => ({
  ...native,
  client_id: id,
  token_endpoint_auth_method: method,
  ...(method !== 'none' && { client_secret: process.env.CLIENT_SECRET ?? 'secret' }),
});

// Clients of every test; the others come from the test itself.
const clients = [
  client('cli', 'none'),
  client('basic', 'client_secret_basic'),
  client('post', 'client_secret_post'),
];

// Each address below here is a resource server, with two scopes of its own.
export const resources = 'https://api.example.com/';

// The tokens for one are opaque, so that they can be introspected.
const resourceServer = (told) => (ctx, indicator) => {
  if (!indicator.startsWith(resources) && indicator !== told.api_url) throw new errors.InvalidTarget();
  return {
    audience: indicator,
    scope: 'orders:read orders:write',
    accessTokenFormat: 'opaque',
    accessTokenTTL: lifetime(ctx),
  };
};

function lifetime(ctx) {
  return seconds(ctx.oidc.params?.grant_type === 'refresh_token' ? 'REFRESHED_TOKEN_TTL' : 'ACCESS_TOKEN_TTL');
}

// RFC 9396: everything asked for is granted, as the person consented to it.
const richAuthorizationRequests = {
  enabled: true,
  types: {
    payment_initiation: {
      validate(ctx, detail) {
        if (!detail.instructedAmount) {
          throw new errors.InvalidAuthorizationDetails('instructedAmount is missing');
        }
      },
    },
  },
  authorizationDetailsForGrantSource: (ctx) => ctx.oidc.params.authorization_details
    && JSON.parse(ctx.oidc.params.authorization_details),
  authorizationDetailsForAccessToken: (ctx, token, source) => source.rar,
  authorizationDetailsForIntrospection: (ctx, token) => token.rar,
};

// What a client may say of itself that no registry has a name for: the FAPI
// profile it is held to, and whether its DPoP proofs need a nonce.
const extraClientMetadata = { properties: ['interop_fapi', 'interop_nonces'] };

function features(told, pushed) {
  return {
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    ...(told.documents && { clientIdMetadataDocument: { enabled: true, ack: 'draft-02' } }),
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    dPoP: {
      enabled: true,
      nonceSecret: randomBytes(32),
      requireNonce: (ctx) => ctx.oidc.client?.interop_nonces !== false,
    },
    fapi: { enabled: true, profile: (ctx, asking) => asking?.interop_fapi },
    introspection: { enabled: true, allowedPolicy: () => true },
    jwtResponseModes: { enabled: true },
    jwtUserinfo: { enabled: true },
    mTLS: mutualTLS,
    registration: { enabled: Boolean(told.api) },
    registrationManagement: { enabled: Boolean(told.api) },
    pushedAuthorizationRequests: { enabled: pushed, requirePushedAuthorizationRequests: pushed },
    requestObjects: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // RFC 8707 §2.2: a token is for one resource; where several are asked for at
      // the token endpoint, the first is the one.
      defaultResource: (ctx, asking, oneOf) => oneOf?.[0],
      getResourceServerInfo: resourceServer(told),
      useGrantedResource: () => false,
    },
    revocation: { enabled: true },
    richAuthorizationRequests,
    userinfo: { enabled: true },
  };
}

// hosted is the web of a test: told.documents is a file of JSON, a text by URL.
const hosted = (told) => (url, options) => {
  if (!told.documents) return globalThis.fetch(url, options);
  const text = JSON.parse(readFileSync(told.documents, 'utf8'))[url];
  return text ? new Response(text, { headers: { 'content-type': 'application/json' } }) : new Response('', { status: 404 });
};

// configure returns the provider's configuration. told is what the test tells:
// its clients and the provider's keys. Requests are pushed, all of them, or none.
export function configure(told, pushed, aliases) {
  return {
    clients: [...clients, ...told.clients.map((one) => ({ ...native, ...one }))],
    ...(told.jwks && { jwks: told.jwks }),
    clientAuthMethods: [
      'none', 'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt',
      'tls_client_auth', 'self_signed_tls_client_auth',
    ],
    // A client's clock must be right to the second.
    clockTolerance: 0,
    enabledJWA: {
      clientAuthSigningAlgValues: ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'],
      requestObjectSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    },
    discovery: aliases,
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `Name of ${id}`, email: `${id}@example.com` }),
    }),
    extraClientMetadata,
    fetch: hosted(told),
    features: features(told, pushed),
    rotateRefreshToken: true,
    cookies: { keys: ['only for the length of one test'] },
    ttl: {
      AccessToken: lifetime,
      AuthorizationCode: 60,
      ClientCredentials: lifetime,
      DeviceCode: 600,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 3600,
    },
  };
}
