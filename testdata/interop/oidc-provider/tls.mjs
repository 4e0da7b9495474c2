// Client certificates (RFC 8705), and the sockets that ask for them.

import { createServer } from 'node:https';

const certificate = (ctx) => ctx.socket.getPeerX509Certificate?.();

export const mutualTLS = {
  enabled: true,
  certificateBoundAccessTokens: true,
  selfSignedTlsClientAuth: true,
  tlsClientAuth: true,
  getCertificate: certificate,
  // Whether the chain ends at the test's certificate authority: Node has looked.
  certificateAuthorized: (ctx) => ctx.socket.authorized,
  certificateSubjectMatches: (ctx, property, expected) => property === 'tls_client_auth_subject_dn'
    && certificate(ctx).subject === expected,
};

// method tells by the connection alone how a client authenticated; undefined
// where it showed no certificate.
export function method(ctx) {
  if (!certificate(ctx)) return undefined;
  return ctx.socket.authorized ? 'tls_client_auth' : 'self_signed_tls_client_auth';
}

// The certificates come from the test. A certificate the client shows is asked
// for on one socket only: a browser that is asked would ask the person.
export const secureServer = ({ key, certificate: cert }) => createServer({ key, cert });

export const mutualServer = ({ key, certificate: cert, ca }) => createServer({
  key, cert, ca, requestCert: true, rejectUnauthorized: false,
});

// RFC 8705 §5
export const aliases = (origin) => ({
  mtls_endpoint_aliases: Object.fromEntries(Object.entries({
    token_endpoint: '/token',
    revocation_endpoint: '/token/revocation',
    introspection_endpoint: '/token/introspection',
    device_authorization_endpoint: '/device/auth',
    pushed_authorization_request_endpoint: '/request',
    userinfo_endpoint: '/me',
  }).map(([name, path]) => [name, origin + path])),
});
