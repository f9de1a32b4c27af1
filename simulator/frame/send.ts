import type { ServerResponse } from 'node:http';
import type { WireFault } from './faults/faults.ts';
import { reshapedBody, reshapedHeaders } from './faults/reshape.ts';
import type { VenueAnswer } from './module.ts';

interface Sending {
  readonly now: number;
  readonly head: boolean;
  readonly faults: readonly WireFault[];
}

/** Writes an answer, cutting it short where a fault requires it. `Date` is the simulated clock's. */
export function send(response: ServerResponse, answer: VenueAnswer, { now, head, faults }: Sending): void {
  let body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  for (const fault of faults) {
    if (fault.kind === 'replace')
      body = Buffer.from(body.toString().replace(new RegExp(fault.find), fault.by));
    body = reshapedBody(body, fault);
  }
  const truncate = faults.find((f) => f.kind === 'truncate');
  if (truncate) body = body.subarray(0, Math.floor(body.length * (truncate.fraction ?? 0.5)));
  response.sendDate = false;
  response.writeHead(answer.status, {
    date: new Date(now).toUTCString(),
    ...reshapedHeaders(answer.headers ?? {}, faults),
    'content-length': String(body.length),
  });
  const cut = faults.find((f) => f.kind === 'cut');
  if (cut && !head) {
    const part = body.subarray(0, Math.floor(body.length * (cut.fraction ?? 0.5)));
    // Only after the part has left: destroying at once may drop the headers too.
    response.write(part, () => response.socket?.destroy());
    return;
  }
  response.end(head ? undefined : body);
}
