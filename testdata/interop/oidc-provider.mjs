// The certified OpenID Provider of npm `oidc-provider`, hosted on loopback for
// one test. It shares no line of code with the client it judges.
//
//   node oidc-provider.mjs [PORT]
//
// First line on stdout: {"issuer":…,"port":…}, and with certificates "secure",
// the issuer of a second provider: over TLS, with endpoints for mutual TLS on
// another port, which wants every request pushed. Then one line for each
// request (oidc-provider/record.mjs), written before the response is, and never
// a secret. Ends when stdin closes or on SIGTERM.
//
// Environment:
//   ACCESS_TOKEN_TTL     seconds an access token of a login lives (3600)
//   REFRESHED_TOKEN_TTL  seconds an access token of a refresh lives (3600)
//   CLIENT_SECRET        the secret of the clients `basic` and `post`
//   CLOCK_AHEAD          seconds by which this server's clock is ahead (0)
//   TOLD                 a file of JSON with what else it is told: "clients"
//                        (metadata of RFC 7591), "jwks" (its own private keys),
//                        "tls" ("certificate", "key" and "ca", PEM), "api" (the
//                        path of an API beside the provider, see api.mjs),
//                        "documents" (a file with the documents that are clients)
//   SECRETS_FILE         where every secret of the exchange is kept (secrets.mjs)

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import './oidc-provider/clock.mjs';
import Provider from 'oidc-provider';

import { api } from './oidc-provider/api.mjs';
import { configure } from './oidc-provider/configuration.mjs';
import { emit, record } from './oidc-provider/record.mjs';
import { aliases, mutualServer, secureServer } from './oidc-provider/tls.mjs';

const host = '127.0.0.1';
const told = {
  clients: [],
  ...(process.env.TOLD && JSON.parse(readFileSync(process.env.TOLD, 'utf8'))),
};

// stdout is the log's: what the provider has to say goes where warnings go.
console.info = console.error;

function end() {
  process.exit(0);
}

process.on('SIGTERM', end);
process.stdin.on('end', end).on('error', end).resume();

// The issuer bears the port, so the socket comes first.
async function listen(server, port = 0) {
  server.listen(port, host);
  await once(server, 'listening');
  return server.address().port;
}

function serve(servers, issuer, configuration) {
  const provider = new Provider(issuer, configuration);
  if (told.api) provider.use(api(provider, issuer, told.api));
  provider.use(record);
  for (const server of servers) server.on('request', provider.callback());
}

const plain = createServer();
const port = await listen(plain, Number.parseInt(process.argv[2] ?? '0', 10));
const issuer = `http://${host}:${port}`;
if (told.api) told.api_url = issuer + told.api;
serve([plain], issuer, configure(told, false));

let secure;
if (told.tls) {
  const servers = [secureServer(told.tls), mutualServer(told.tls)];
  const [securePort, mutualPort] = await Promise.all(servers.map((server) => listen(server)));
  secure = `https://${host}:${securePort}`;
  serve(servers, secure, configure(told, true, aliases(`https://${host}:${mutualPort}`)));
}
emit({ issuer, port, secure });
