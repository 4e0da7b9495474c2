// A host of the Model Context Protocol that runs a helper for the headers of
// its requests, and the server that it talks to: both of npm
// `@modelcontextprotocol/sdk`, over HTTP on loopback.
//
//   node header-helper.mjs HELPER [ARG…]
//
// The server wants a Bearer token, which it takes to the introspection
// endpoint. Prints what the server's one tool said: whose token the call had.
//
// Environment:
//   INTROSPECTION  URL of the endpoint
//   CLIENT_ID      a client that may introspect

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';

const { INTROSPECTION, CLIENT_ID } = process.env;

async function verifyAccessToken(token) {
  const answer = await fetch(INTROSPECTION, { method: 'POST', body: new URLSearchParams({ token, client_id: CLIENT_ID }) });
  const { active, sub, exp, scope, client_id: clientId } = await answer.json();
  if (!active) throw new InvalidTokenError('not active');
  return { token, clientId, scopes: scope.split(' '), expiresAt: exp, extra: { sub } };
}

const app = express();
app.post('/mcp', requireBearerAuth({ verifier: { verifyAccessToken } }), express.json(), async (request, response) => {
  const server = new McpServer({ name: 'orders', version: '1.0.0' });
  server.registerTool('whose', { description: 'Whose token the call has' }, ({ authInfo }) => ({
    content: [{ type: 'text', text: `${authInfo.extra.sub} by ${authInfo.clientId}` }],
  }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on('close', () => transport.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.all('/mcp', (request, response) => response.sendStatus(405));
const listener = createServer(app).listen(0, '127.0.0.1');
await once(listener, 'listening');

const [helper, ...args] = process.argv.slice(2);
const { stdout } = await promisify(execFile)(helper, args);
const client = new Client({ name: 'host', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(
  new URL(`http://127.0.0.1:${listener.address().port}/mcp`), { requestInit: { headers: JSON.parse(stdout) } },
));
const { content } = await client.callTool({ name: 'whose' });
process.stdout.write(`${content[0].text}\n`);
await client.close();
listener.closeAllConnections();
listener.close();
