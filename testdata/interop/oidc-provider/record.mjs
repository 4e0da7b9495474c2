// What was requested, and by which means: read off the wire, not off what the
// client is registered for. A request that fell back to something weaker shows.

import * as secrets from '../secrets.mjs';
import { method as certificateMethod } from './tls.mjs';

export const emit = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const part = (jwt, index) => {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[index], 'base64url').toString());
  } catch {
    return {};
  }
};

const header = (jwt) => part(jwt, 0);
const payload = (jwt) => part(jwt, 1);

// authentication names the method in the words of the registry, with the
// algorithm of the assertion where there is one.
function authentication(ctx, sent) {
  if (ctx.get('authorization').startsWith('Basic ')) return 'client_secret_basic';
  if (sent.client_assertion) {
    const { alg } = header(sent.client_assertion);
    return `${alg?.startsWith('HS') ? 'client_secret_jwt' : 'private_key_jwt'}:${alg}`;
  }
  if (sent.client_secret) return 'client_secret_post';
  return certificateMethod(ctx) ?? 'none';
}

function proof(ctx) {
  const jwt = ctx.get('dpop');
  if (!jwt) return undefined;
  return `dpop:${header(jwt).alg}${payload(jwt).nonce ? '+nonce' : ''}`;
}

// asked tells how the authorization request was made.
function asked(sent) {
  if (sent.request_uri) return ['request_uri'];
  const params = sent.request ? payload(sent.request) : sent;
  return [
    sent.request && `request:${header(sent.request).alg}`,
    params.code_challenge_method && `pkce:${params.code_challenge_method}`,
    params.dpop_jkt && 'dpop_jkt',
    params.response_mode && `response_mode:${params.response_mode}`,
    params.resource && `resource:${[params.resource].flat().length}`,
    params.authorization_details && 'authorization_details',
  ].filter(Boolean);
}

const asks = new Set(['/auth', '/request', '/device/auth']);

// record is the middleware that writes one line for each request, before the
// answer is sent.
export async function record(ctx, next) {
  ctx.set('Date', new Date().toUTCString()); // by the clock of this server, wrong as it may be
  await next();
  const sent = { ...ctx.query, ...ctx.oidc?.body };
  recordSecrets(ctx, sent);
  emit({
    method: ctx.method,
    path: ctx.path,
    client_id: ctx.oidc?.client?.clientId,
    grant_type: ctx.oidc?.params?.grant_type,
    status: ctx.status,
    error: ctx.body?.error,
    authentication: ctx.method === 'POST' ? authentication(ctx, sent) : undefined,
    proof: proof(ctx),
    asked: asks.has(ctx.path) ? asked(sent) : undefined,
  });
}

function recordSecrets(ctx, sent) {
  secrets.sent(sent);
  secrets.answered(ctx.body);
  secrets.keep('dpop', ctx.get('dpop'));
  // One that is not pushed stands in the URL that the person is shown.
  if (ctx.path === '/request') secrets.keep('request', sent.request);
}
