// The authorization router of npm `@modelcontextprotocol/sdk` with its demo
// provider, and an API beside it, hosted on loopback for one test. It registers
// clients, compares the port of their redirect URIs, ends its issuer with a
// slash, and asks the person nothing. It says that it refreshes, and does not.
//
//   node mcp-sdk.mjs
//
// First line on stdout: {"issuer":…,"port":…,"api":…}. Then one line for each
// request, written before the response is, and never a secret: {"method",
// "path","client_id","grant_type","status","error"}. Ends when stdin closes or
// on SIGTERM.
//
// Environment:
//   SECRETS_FILE  where every secret of the exchange is kept (secrets.mjs)

import { once } from 'node:events';
import { createServer } from 'node:http';

import { DemoInMemoryAuthProvider } from '@modelcontextprotocol/sdk/examples/server/demoInMemoryOAuthProvider.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl, mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import express from 'express';

import * as secrets from './secrets.mjs';

const host = '127.0.0.1';
const emit = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

function end() {
  process.exit(0);
}

process.on('SIGTERM', end);
process.stdin.on('end', end).on('error', end).resume();

// The issuer bears the port, so the socket comes first.
const app = express();
const server = createServer(app).listen(0, host);
await once(server, 'listening');
const { port } = server.address();
const issuerUrl = new URL(`http://${host}:${port}`);
const resourceServerUrl = new URL('/api/tools', issuerUrl);

app.use(express.urlencoded(), (request, response, next) => {
  const { json } = response;
  response.json = function told(body) {
    secrets.answered(body);
    response.error = body.error;
    return json.call(response, body);
  };
  const { end: finish } = response;
  response.end = function logged(...rest) {
    const sent = { ...request.query, ...request.body };
    secrets.sent(sent);
    emit({
      method: request.method, path: request.originalUrl.split('?')[0], client_id: sent.client_id, grant_type: sent.grant_type,
      status: response.statusCode, error: response.error,
    });
    return finish.apply(response, rest);
  };
  next();
});

// A token for another resource is refused.
const provider = new DemoInMemoryAuthProvider((resource) => resource?.href === resourceServerUrl.href);
app.use(mcpAuthRouter({ provider, issuerUrl, resourceServerUrl, scopesSupported: ['tools'] }));
app.get(
  resourceServerUrl.pathname,
  requireBearerAuth({
    verifier: provider, requiredScopes: ['tools'], resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resourceServerUrl),
  }),
  (request, response) => response.json({ scopes: request.auth.scopes }),
);

emit({ issuer: issuerUrl.href, port, api: resourceServerUrl.href });
