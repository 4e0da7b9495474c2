// The client that npm `@modelcontextprotocol/conformance` judges. All that it
// does with OAuth is done by the unmodified `oauthget curl URL`; what is here
// are the JSON-RPC calls of the Model Context Protocol.
//
//   node conformance-client.mjs URL
//
// Exits with the status of the first call that failed, whose answer and errors
// are on stdout and stderr.
//
// Environment, beside that of oauthget (HOME, BROWSER, …):
//   OAUTHGET                          the program
//   MCP_CONFORMANCE_SCENARIO          set by the suite, as are the next two
//   MCP_CONFORMANCE_PROTOCOL_VERSION
//   MCP_CONFORMANCE_CONTEXT           JSON: what is registered beforehand

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const url = process.argv[2];
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;
const version = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
const stateless = version >= '2026-07-28';

// What a person would have in variables or files.
const secrets = {
  CLIENT_SECRET: context.client_secret,
  WORKLOAD_JWT: context.valid_jwt,
  COMPANY_ID_TOKEN: context.idp_id_token,
};

function keep(name, text) {
  const file = join(process.env.HOME, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function configure(text) {
  const directory = join(process.env.XDG_CONFIG_HOME, 'oauthget');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, 'config.toml'), text, { mode: 0o600 });
}

const secret = ['--client-secret-env', 'CLIENT_SECRET'];
// flags are what a scenario needs beside the URL.
const flags = {
  'auth/basic-cimd': () => ['--client-id-metadata-document', 'https://conformance-test.local/client-metadata.json'],
  'auth/pre-registration': () => ['--client-id', context.client_id, ...secret],
  'auth/client-credentials-basic': () => ['--grant', 'client_credentials', '--client-id', context.client_id, ...secret],
  'auth/client-credentials-jwt': () => [
    '--grant', 'client_credentials', '--client-id', context.client_id, '--client-key-file', keep('client.pem', context.private_key_pem),
  ],
  'auth/wif-jwt-bearer': () => ['--grant', 'jwt_bearer', '--client-id', context.client_id, '--assertion-env', 'WORKLOAD_JWT'],
  'auth/enterprise-managed-authorization': () => {
    // The company's server gives an assertion for the API's, for which the API's server gives the token.
    configure(`
[profiles.api]
url = ${JSON.stringify(url)}
client_id = ${JSON.stringify(context.client_id)}
client_secret_env = "CLIENT_SECRET"
grant = "jwt_bearer"
assertion_profile = "company"

[profiles.company]
issuer = ${JSON.stringify(context.idp_issuer)}
client_id = ${JSON.stringify(context.idp_client_id)}
grant = "token_exchange"
subject_token_env = "COMPANY_ID_TOKEN"
subject_token_type = "id_token"
requested_token_type = "urn:ietf:params:oauth:token-type:id-jag"
`);
    return [];
  },
};
const own = flags[scenario]?.() ?? [];

const info = { name: 'oauthget-interop', version: '1.0.0' };
let id = 0;

function call(method, params) {
  id += 1;
  if (stateless) {
    params._meta = {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientInfo': info,
      'io.modelcontextprotocol/clientCapabilities': {},
    };
  }
  const args = [
    '--yes', 'curl', ...own, url, '--silent', '--show-error', '--fail-with-body', '--max-time', '20',
    '--header', 'Content-Type: application/json', '--header', 'Accept: application/json, text/event-stream',
  ];
  if (method !== 'initialize') args.push('--header', `MCP-Protocol-Version: ${version}`);
  args.push('--data-raw', JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  const done = spawnSync(process.env.OAUTHGET, args, { env: { ...process.env, ...secrets }, encoding: 'utf8' });
  process.stdout.write(done.stdout);
  process.stderr.write(`${method}: status ${done.status}\n${done.stderr}`);
  if (done.status !== 0) process.exit(done.status ?? 1);
  if (!done.stdout.includes('"result"')) {
    process.stderr.write(`${method}: no result\n`);
    process.exit(1);
  }
}

if (!stateless) call('initialize', { protocolVersion: version, capabilities: {}, clientInfo: info });
call('tools/list', {});
call('tools/call', { name: 'test-tool', arguments: {} });
