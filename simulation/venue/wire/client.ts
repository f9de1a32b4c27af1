import { GordonError } from '../../../functions/core/errors/errors.ts';
import type { ArchiveReader, RateBudget, VenueClient } from '../../../functions/core/fetch/ports.ts';
import type { HttpRequest } from '../../../functions/core/series/venue.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import { createArchiveReader } from '../../../functions/runtime/venues/archive-reader.ts';
import { createVenueClient } from '../../../functions/runtime/venues/venue-client.ts';
import { CORRUPT } from './archive.ts';
import type { Arrived } from './wire-venue.ts';

/** What one process reaches a venue with. */
export interface Connection {
  /** the process' own clock, which may be wrong */
  readonly clock: Clock;
  readonly budget: RateBudget;
  /** lets virtual time go by in the process */
  readonly sleep: (ms: number) => Promise<unknown>;
  /** comes before each request */
  readonly step?: (what: string) => Promise<void>;
}

interface Answers {
  answer(url: string, sleep: Connection['sleep']): Promise<Arrived>;
}

/** The real client and the real reader of archives, in virtual time. */
export function clientOf(
  venue: Answers,
  { clock, budget, sleep, step }: Connection,
): VenueClient & ArchiveReader {
  const client = createVenueClient({
    budget,
    clock,
    sleep,
    env: {},
    // Where workers run at one instant anyway, a spread of their retries proves nothing.
    random: () => 0.5,
    read: async (url, _json, arrived) => {
      await step?.(`GET ${url}`);
      const answer = await venue.answer(url, sleep);
      arrived?.();
      return answer;
    },
  });
  const { read } = createArchiveReader(client, unpacked);
  return { get: client.get, read };
}

const PIECE = 1 << 20;

/** Files travel unpacked; one that is damaged inside fails where a zip would, after its first piece. */
async function* unpacked({ path }: HttpRequest, body: Uint8Array): AsyncGenerator<Uint8Array> {
  const corrupt = body[0] === CORRUPT;
  const content = corrupt ? body.subarray(1, 1 + ((body.length - 1) >> 1)) : body;
  for (let at = 0; at < content.length; at += PIECE) yield content.subarray(at, at + PIECE);
  if (corrupt) throw damaged(path);
}

const damaged = (subject: string): GordonError =>
  new GordonError({ code: 'corrupt-archive', subject, message: 'the zip cannot be read: the CRC is wrong.' });
