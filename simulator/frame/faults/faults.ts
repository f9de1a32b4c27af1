/** Faults of the way between venue and client. */
export type WireFault =
  /** the venue's own refusal (451, 403, 418, 429, 5xx) instead of an answer */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  /** a page of the CDN where data is due; status defaults to 200 */
  | { readonly kind: 'html'; readonly status?: number }
  /** answers after `ms` of real time */
  | { readonly kind: 'delay'; readonly ms: number }
  /** takes the request and never answers */
  | { readonly kind: 'hang' }
  /** announces the whole length, sends a part and drops the connection */
  | { readonly kind: 'cut'; readonly fraction?: number }
  /** a part of the body, framed as if it were whole */
  | { readonly kind: 'truncate'; readonly fraction?: number }
  /** other text instead of the first match of an expression, such as a cell without its value; `$1` is its first group */
  | { readonly kind: 'replace'; readonly find: string; readonly by: string }
  | Reshaping;

/** Changes of the wire format itself, as a venue may make them one day: of JSON answers, and of headers. */
export type Reshaping =
  /** a key, or the cell at an index, is missing from every row */
  | { readonly kind: 'drop-field'; readonly field: string | number }
  /** stamps in milliseconds become microseconds, numbers and texts alike */
  | { readonly kind: 'microseconds' }
  /** rows come in the other direction */
  | { readonly kind: 'reverse' }
  /** a header has another name; lower case */
  | { readonly kind: 'rename-header'; readonly header: string; readonly to: string };

/** Faults of stored objects; the archive applies them to the file itself. */
export type ObjectFault =
  /** the CHECKSUM beside a good file is another file's */
  | { readonly kind: 'wrong-checksum' }
  /** the stored zip is damaged inside and the CHECKSUM was made from the damaged file */
  | { readonly kind: 'corrupt-zip' }
  /** the file is missing, in the listing too */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unsorted' }
  /** some rows twice, byte for byte */
  | { readonly kind: 'duplicate' }
  /** some rows twice, the second with another volume */
  | { readonly kind: 'conflict' }
  /** a day is absent from a month file; `day` is `DD` and defaults to the second day */
  | { readonly kind: 'drop-day'; readonly day?: string }
  /** monthly files disagree with daily files and REST in some volumes */
  | { readonly kind: 'disagree' }
  /** a cell of the middle row has other text; `column` counts from 1 */
  | { readonly kind: 'bad-cell'; readonly column: number; readonly text: string }
  /** the settlement that was due at `hour` (ISO) is missing: in the archive, in REST or in both, by `venue` and `match` */
  | { readonly kind: 'lost-settlement'; readonly hour: string };

export interface FaultTarget {
  /** module id such as `binance-spot`; any if absent */
  readonly venue?: string;
  /** text contained in, or expression matching, `METHOD /prefix/path?query`; any if absent */
  readonly match?: string | RegExp;
  /** how many requests it strikes; until removed if absent */
  readonly times?: number;
  /** how many matching requests pass before */
  readonly skip?: number;
}

export type Fault = (WireFault | ObjectFault) & FaultTarget;

export interface ActiveFault {
  readonly id: string;
  readonly fault: Fault;
  /** requests struck so far */
  hits: number;
  seen: number;
  remove(): void;
}

const WIRE_KINDS: readonly string[] = [
  'status',
  'html',
  'delay',
  'hang',
  'cut',
  'truncate',
  'replace',
  'drop-field',
  'microseconds',
  'reverse',
  'rename-header',
] satisfies WireFault['kind'][];
const OBJECT_KINDS: readonly string[] = [
  'wrong-checksum',
  'corrupt-zip',
  'not-found',
  'unsorted',
  'duplicate',
  'conflict',
  'drop-day',
  'disagree',
  'bad-cell',
  'lost-settlement',
] satisfies ObjectFault['kind'][];
/** These change an object, and its CHECKSUM with it: striking only one of the two requests would be another fault. */
const LASTING_KINDS: readonly string[] = OBJECT_KINDS.filter(
  (k) => k !== 'wrong-checksum' && k !== 'not-found',
);

export class Faults {
  #active: ActiveFault[] = [];
  #next = 1;
  /** stored objects change when such a fault comes and when it goes */
  readonly #edits: { readonly fault: Fault; readonly at: number }[] = [];
  readonly #now: () => number;

  constructor(now: () => number = () => 0) {
    this.#now = now;
  }

  /** @throws TypeError for an unknown kind or a `times` that the kind cannot have */
  add(fault: Fault): ActiveFault {
    if (!WIRE_KINDS.includes(fault.kind) && !OBJECT_KINDS.includes(fault.kind)) {
      throw new TypeError(
        `unknown fault ${fault.kind}; known: ${[...WIRE_KINDS, ...OBJECT_KINDS].join(', ')}`,
      );
    }
    if (LASTING_KINDS.includes(fault.kind) && (fault.times !== undefined || fault.skip !== undefined)) {
      throw new TypeError(
        `${fault.kind} changes a stored object: it has no times or skip, remove it instead`,
      );
    }
    const id = `f${this.#next++}`;
    const active: ActiveFault = { id, fault, hits: 0, seen: 0, remove: () => this.remove(id) };
    this.#active.push(active);
    this.#edited(active);
    return active;
  }

  remove(id: string): void {
    for (const active of this.#active) if (active.id === id) this.#edited(active);
    this.#active = this.#active.filter((f) => f.id !== id);
  }

  clear(): void {
    for (const active of this.#active) this.#edited(active);
    this.#active = [];
  }

  list(): readonly ActiveFault[] {
    return this.#active;
  }

  /** The wire faults that strike this request, counted as used. */
  takeWire(venue: string, line: string): WireFault[] {
    return this.#take(venue, line, WIRE_KINDS) as WireFault[];
  }

  /**
   * The object faults that strike this request, counted as used.
   * @param line `GET /prefix/path`
   * @param object the line of the object that it is about: for a CHECKSUM, of the file beside it
   */
  takeObject(venue: string, line: string, object: string): ObjectFault[] {
    return this.#take(venue, line, OBJECT_KINDS, object) as ObjectFault[];
  }

  /**
   * Hours whose settlements are missing from an answer of REST, epoch ms.
   * @param line `GET /prefix/path?query`
   */
  lostSettlements(venue: string, line: string): ReadonlySet<number> {
    const struck = this.#take(venue, line, ['lost-settlement']);
    return new Set(
      struck.flatMap((fault) => (fault.kind === 'lost-settlement' ? [Date.parse(fault.hour)] : [])),
    );
  }

  /** Whether an object is missing from a listing because of a `not-found`; that counts as no request. @param object `GET /prefix/path` */
  hides(venue: string, object: string): boolean {
    return this.#active.some(({ fault, seen, hits }) => {
      if (fault.kind !== 'not-found' || !strikes(fault, venue, object)) return false;
      return seen >= (fault.skip ?? 0) && hits < (fault.times ?? Infinity);
    });
  }

  /** When an object was last changed by a fault that came or went; undefined when never. @param object `GET /prefix/path` */
  editedAt(venue: string, object: string): number | undefined {
    return this.#edits.findLast(({ fault }) => strikes(fault, venue, object))?.at;
  }

  #edited({ fault }: ActiveFault): void {
    if (LASTING_KINDS.includes(fault.kind)) this.#edits.push({ fault, at: this.#now() });
  }

  #take(venue: string, line: string, kinds: readonly string[], object = line): Fault[] {
    const struck: Fault[] = [];
    for (const active of this.#active) {
      const { fault } = active;
      if (!kinds.includes(fault.kind)) continue;
      if (fault.kind === 'wrong-checksum' && line === object) continue;
      if (!strikes(fault, venue, LASTING_KINDS.includes(fault.kind) ? object : line)) continue;
      active.seen += 1;
      if (active.seen <= (fault.skip ?? 0) || active.hits >= (fault.times ?? Infinity)) continue;
      active.hits += 1;
      struck.push(fault);
    }
    return struck;
  }
}

function strikes(fault: Fault, venue: string, line: string): boolean {
  if (fault.venue !== undefined && fault.venue !== venue) return false;
  if (fault.match === undefined) return true;
  return typeof fault.match === 'string' ? line.includes(fault.match) : new RegExp(fault.match).test(line);
}
