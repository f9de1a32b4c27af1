import type { ArchiveReader } from '../fetch/ports.ts';
import type { HttpAnswer, HttpRequest } from '../series/venue.ts';

/** An archive object is read with its checksum and unpacked; of one without a checksum the beginning alone. */
export type ArchiveRequest = Parameters<ArchiveReader['read']>[0];
export type ProbeRequest = HttpRequest | ArchiveRequest;

/** The answer to one request. */
export interface ProbeAnswer {
  /** of an archive object: the unpacked file, or its beginning */
  readonly body: Uint8Array;
  /** lower-case names; empty for an archive object */
  readonly headers: HttpAnswer['headers'];
  /** the venue's clock; epoch ms */
  readonly asOf: number;
  /** our clock when the answer was there; epoch ms */
  readonly at: number;
}

export type Judgement =
  | { readonly kind: 'holds'; readonly seen: string }
  | { readonly kind: 'differs'; readonly differences: readonly string[] };

/** One assumption of an adapter and the simulator about a venue, with the requests that show whether it holds. */
export interface Check {
  /** such as `binance-spot/klines_spot/unit`; unique */
  readonly id: string;
  /** a word for `--venue` */
  readonly venue: string;
  /** the assumption, as a sentence without its full stop */
  readonly proves: string;
  /** ids of the sources that rely on it */
  readonly sources: readonly string[];
  /** @param now epoch ms; the same for all checks of a run, so that equal requests are sent once */
  requests(now: number): readonly ProbeRequest[];
  /**
   * @param answers one for each request; undefined: the venue says that the object does not exist
   * @throws GordonError `malformed-rows`, which counts as a difference
   */
  judge(answers: readonly (ProbeAnswer | undefined)[], now: number): Judgement;
}

/** Whether a check reads an archive object rather than an answer of an API. */
export const isArchive = (one: ProbeRequest): one is ArchiveRequest => 'file' in one;
/** The HTTP request of a check; of an archive object that of the file itself. */
export const toHttpRequest = (one: ProbeRequest): HttpRequest => (isArchive(one) ? one.file : one);

/** Holds where nothing differs. @param differences false and undefined are left out */
export function judged(differences: readonly (string | false | undefined)[], seen: string): Judgement {
  const real = differences.filter((one): one is string => typeof one === 'string');
  return real.length > 0 ? { kind: 'differs', differences: real } : { kind: 'holds', seen };
}
