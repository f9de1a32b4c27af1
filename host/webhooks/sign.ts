import { createHmac } from 'node:crypto';

/** The key of a secret: after `whsec_` stands base64, anything else is the key itself. */
function keyOf(secret: string): Buffer {
  const encoded = /^whsec_(.+)$/.exec(secret)?.[1];
  return encoded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(encoded, 'base64');
}

/**
 * The headers of a signed message, as Standard Webhooks has them: https://www.standardwebhooks.com
 * @param at epoch seconds
 */
export function signedHeaders(
  secret: string,
  message: { readonly id: string; readonly at: number; readonly body: string },
): Record<string, string> {
  const signature = createHmac('sha256', keyOf(secret))
    .update(`${message.id}.${message.at}.${message.body}`)
    .digest('base64');
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.at),
    'webhook-signature': `v1,${signature}`,
  };
}
