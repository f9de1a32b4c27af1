import { banned } from '../../../simulator/binance/errors.ts';
import { htmlPage } from '../../../simulator/frame/answer.ts';
import type { VenueAnswer } from '../../../simulator/frame/module.ts';
import { hash32, streamOf } from '../../../simulator/numbers/noise.ts';
import { type FaultOf, type Host, ofKind, type VenueFault, type VenueFaultKind } from '../../faults/fault.ts';

/** What becomes of one request on its way. */
export interface Fate {
  /** how long its answer takes beyond the usual; ms */
  readonly lateMs: number;
  /** it does not arrive */
  readonly refused?: 'connection' | 'status-503';
  /** it arrives, and no answer comes */
  readonly lost?: 'timeout' | 'connection';
  /** instead of what the venue would answer */
  readonly answer?: VenueAnswer;
  /** what becomes of a good answer */
  readonly spoilt?: 'empty' | 'html' | 'cut' | 'shape';
}

/** Draws from seed and number of the request, so that an interleaving has one outcome. */
export class Traffic {
  readonly #stream: number;
  readonly #struck: (kind: VenueFaultKind) => void;

  constructor(seed: number, struck: (kind: VenueFaultKind) => void) {
    this.#stream = streamOf(seed, 'traffic');
    this.#struck = struck;
  }

  /** @param nth number of the request. @param at when it is sent, epoch ms */
  fateOf(faults: readonly VenueFault[], host: Host, nth: number, at: number): Fate {
    const on = faults.filter((fault) => 'until' in fault && fault.at <= at && at < fault.until);
    if (on.length === 0) return { lateMs: 0 };
    const here = <Kind extends VenueFaultKind>(kind: Kind): FaultOf<Kind>[] =>
      ofKind(on, kind).filter((fault) => !('host' in fault) || fault.host === host);
    const drawn = <F extends { readonly kind: string; readonly share: number }>(some: readonly F[]) =>
      some.find(
        ({ kind, share }, i) => hash32(this.#stream, nth * 64 + i * 4 + kind.length) < share * 2 ** 32,
      );
    const strike = <T>(kind: VenueFaultKind, fate: T): T => {
      this.#struck(kind);
      return fate;
    };
    const [outage] = here('outage');
    if (outage) {
      const refused = outage.how === 'refused' ? 'connection' : 'status-503';
      return strike('outage', { lateMs: 0, refused });
    }
    const lateMs = here('late-answers').reduce((sum, { ms }) => sum + ms, 0);
    if (lateMs > 0) this.#struck('late-answers');
    if (drawn(here('timeouts'))) return strike('timeouts', { lateMs, lost: 'timeout' });
    if (drawn(here('lost-answers'))) return strike('lost-answers', { lateMs, lost: 'connection' });
    const [ban] = here('ban');
    if (ban) return strike('ban', { lateMs, answer: banned(ban.until, at).answer({}) });
    const malformed = drawn(here('malformed-answers'));
    if (malformed) return strike('malformed-answers', { lateMs, spoilt: malformed.how });
    if (drawn(here('empty-answers'))) return strike('empty-answers', { lateMs, spoilt: 'empty' });
    return { lateMs };
  }
}

/** A list without what it held, by itself or as the result of an envelope; whatever is not a list stays as it is. */
function emptied(text: string): string {
  const value = JSON.parse(text) as unknown;
  if (Array.isArray(value)) return '[]';
  const lists = Object.entries(value as object).map(([name, of]) => [name, Array.isArray(of) ? [] : of]);
  return JSON.stringify(Object.fromEntries(lists));
}

/** A good answer, spoilt on its way. Files carry a checksum, so nothing of theirs passes unnoticed. */
export function spoil(answer: VenueAnswer, how: NonNullable<Fate['spoilt']>): VenueAnswer {
  if (how === 'html') return htmlPage(200, 'Just a moment...');
  const { body } = answer;
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('latin1');
  if (how === 'empty') return { ...answer, body: emptied(text) };
  if (how === 'cut') return { ...answer, body: text.slice(0, text.length >> 1) };
  return { ...answer, body: text.startsWith('[') ? '[{"what":1}]' : '{"what":1}' };
}
