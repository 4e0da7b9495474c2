// Every secret of an exchange, kept in SECRETS_FILE, outside the client's reach:
// what a test then looks for where it must not be.

import { appendFileSync } from 'node:fs';

const inRequests = [
  'assertion', 'client_assertion', 'client_secret', 'code', 'code_verifier', 'device_code', 'refresh_token', 'subject_token',
];
const inAnswers = ['access_token', 'device_code', 'id_token', 'refresh_token'];

export function keep(name, value) {
  if (!process.env.SECRETS_FILE || typeof value !== 'string' || value === '') return;
  appendFileSync(process.env.SECRETS_FILE, `${JSON.stringify({ name, value })}\n`);
}

export const sent = (params) => inRequests.forEach((name) => keep(name, params[name]));

export const answered = (body) => inAnswers.forEach((name) => keep(name, body?.[name]));
