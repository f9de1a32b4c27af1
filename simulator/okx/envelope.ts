import { json } from '../frame/answer.ts';
import type { VenueAnswer } from '../frame/module.ts';

/** OKX refuses with a code of its own in the body, mostly with HTTP 200. */
export class OkxRefusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 200) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const badParameter = (name: string): OkxRefusal =>
  new OkxRefusal('51000', `Parameter ${name} error`, 400);

export const envelope = (
  data: readonly unknown[],
  { code = '0', message = '', status = 200 }: { code?: string; message?: string; status?: number } = {},
): VenueAnswer => json({ code, msg: message, data }, { status });

export const tooMany = (): VenueAnswer =>
  envelope([], { code: '50011', message: 'Too Many Requests', status: 429 });

/** Bodies of the refusals that a fault injects. */
export function refusal(status: number): VenueAnswer | undefined {
  if (status === 429) return tooMany();
  if (status === 503)
    return envelope([], { code: '50001', message: 'Service temporarily unavailable', status });
  return undefined;
}
