// An API on the provider's origin that names the provider (RFC 9728). It is
// there if the test tells "api", its path, and then clients register themselves.

import { emit } from './record.mjs';

const wellKnown = '/.well-known/oauth-protected-resource';

// api is the middleware that answers for the API.
export function api(provider, issuer, path) {
  const resource = issuer + path;
  const metadata = {
    resource, authorization_servers: [issuer], scopes_supported: ['orders:read'], bearer_methods_supported: ['header'],
  };
  async function answer(ctx) {
    const [scheme, token] = ctx.get('authorization').split(' ');
    const found = scheme === 'Bearer' && await provider.AccessToken.find(token);
    if (found && found.aud === resource && found.scopes.has('orders:read')) {
      ctx.body = { customer: found.accountId };
      return;
    }
    ctx.status = 401;
    ctx.set('WWW-Authenticate', `Bearer resource_metadata="${issuer}${wellKnown}${path}"`);
    ctx.body = {};
  }
  return async (ctx, next) => {
    if (ctx.path === wellKnown + path) ctx.body = metadata;
    else if (ctx.path === path) await answer(ctx);
    else return next();
    emit({ method: ctx.method, path: ctx.path, status: ctx.status });
    return undefined;
  };
}
