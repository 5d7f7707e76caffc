// Is this request really from Publisher, and new? For Node 18 or newer.
import { createHmac, timingSafeEqual } from 'node:crypto';

// The message in `body` (a Buffer), or null; `headers` are those of a node:http request.
export function verified(secret, headers, body) {
  const moment = headers['webhook-timestamp'] ?? '';
  if (!/^\d+$/.test(moment) || Math.abs(Date.now() / 1000 - Number(moment)) > 300) {
    return null; // an old request, sent again by somebody else
  }
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const hmac = createHmac('sha256', key).update(`${headers['webhook-id']}.${moment}.`).update(body);
  const expected = Buffer.from(`v1,${hmac.digest('base64')}`);
  const given = (headers['webhook-signature'] ?? '').split(' ').map((each) => Buffer.from(each));
  const matches = given.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
  return matches ? JSON.parse(body) : null;
}
