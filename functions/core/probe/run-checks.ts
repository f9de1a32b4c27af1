import { BudgetExhausted, describeError, GordonError } from '../errors/errors.ts';
import type { ArchiveReader, VenueClient } from '../fetch/ports.ts';
import { type Clock, iso, SECOND } from '../time/time.ts';
import {
  type Check,
  isArchive,
  type Judgement,
  type ProbeAnswer,
  type ProbeRequest,
  toHttpRequest,
} from './check.ts';

export interface ProbePorts {
  readonly venue: VenueClient;
  readonly archive: ArchiveReader;
  readonly clock: Clock;
  sleep(ms: number): Promise<unknown>;
  /** whether there is a value under the name of a key */
  hasKey(env: string): boolean;
}

/** The result of a check. `unknown`: the venue could not be queried. */
export interface CheckResult {
  readonly check: Check;
  readonly outcome: 'holds' | 'differs' | 'unknown';
  /** what was seen, each difference, or why nothing is known */
  readonly details: readonly string[];
  /** our clock; epoch ms */
  readonly at: number;
}

/** A host that answers no check; one request finds that out. */
export interface Unreachable {
  /** the variable that points the host elsewhere, by which it is known */
  readonly env: string;
  readonly url: string;
  readonly why: string;
}

export interface ProbeResult {
  readonly results: readonly CheckResult[];
  readonly unreachable: readonly Unreachable[];
}

/** The longest wait for a new window: that of a minute comes sooner, the end of a ban does not. */
const LONGEST_WAIT = 70 * SECOND;

class HostLost extends Error {}

/** Runs the checks: all venues at the same time, the checks of one venue in order. Every request is sent once, however many checks need it. */
export async function runChecks(checks: readonly Check[], ports: ProbePorts): Promise<ProbeResult> {
  const now = ports.clock();
  const lost = new Map<string, Unreachable>();
  const byVenue = Map.groupBy(checks, ({ venue }) => venue);
  const results = await Promise.all(
    Array.from(byVenue.values(), async (own) => {
      const answers = new Map<string, Promise<ProbeAnswer | undefined>>();
      const answerOf = (one: ProbeRequest): Promise<ProbeAnswer | undefined> => {
        const { host, path, query = {}, json } = toHttpRequest(one);
        const key = JSON.stringify([host.env, path, query, json]);
        const known = answers.get(key) ?? evidence(one, ports, lost);
        answers.set(key, known);
        return known;
      };
      const out: CheckResult[] = [];
      for (const check of own) out.push(await runCheck(check, answerOf, now, ports));
      return out;
    }),
  );
  return { results: results.flat(), unreachable: [...lost.values()] };
}

async function runCheck(
  check: Check,
  answerOf: (one: ProbeRequest) => Promise<ProbeAnswer | undefined>,
  now: number,
  { clock, hasKey }: ProbePorts,
): Promise<CheckResult> {
  const result = (outcome: CheckResult['outcome'], details: readonly string[]): CheckResult => ({
    check,
    outcome,
    details,
    at: clock(),
  });
  const requests = check.requests(now);
  const key = requests.map((one) => toHttpRequest(one).secret?.env).find((env) => env && !hasKey(env));
  if (key) return result('unknown', [`${key} is not set`]);
  try {
    const answers: (ProbeAnswer | undefined)[] = [];
    for (const one of requests) answers.push(await answerOf(one));
    const judgement = judgementOf(check, answers, now);
    if (judgement.kind === 'holds') return result('holds', [judgement.seen]);
    return result('differs', judgement.differences);
  } catch (error) {
    if (error instanceof HostLost) return result('unknown', [error.message]);
    if (error instanceof BudgetExhausted) {
      return result('unknown', [`nothing may be sent before ${iso(error.until)}`]);
    }
    if (!(error instanceof GordonError)) throw error;
    if (error.code === 'venue-broken') return result('unknown', ['the venue failed to answer']);
    return result('differs', [wordsOf(error)]);
  }
}

/** An answer may differ so much that the adapter fails on it; that is the difference to report. */
function judgementOf(check: Check, answers: readonly (ProbeAnswer | undefined)[], now: number): Judgement {
  try {
    return check.judge(answers, now);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return { kind: 'differs', differences: [`the adapter fails on the answer: ${error.message}`] };
  }
}

/** Without the subject, which may be a whole address. */
const wordsOf = (error: GordonError): string => {
  const text = error.message.startsWith(`${error.subject}: `)
    ? error.message.slice(error.subject.length + 2)
    : error.message;
  return error.remedy ? text.replace(error.remedy, '').trim() : text;
};

async function evidence(
  one: ProbeRequest,
  ports: ProbePorts,
  lost: Map<string, Unreachable>,
): Promise<ProbeAnswer | undefined> {
  const { host } = toHttpRequest(one);
  const known = lost.get(host.env);
  if (known) throw new HostLost(`${host.url} could not be queried`);
  try {
    return await patiently(() => fetched(one, ports), ports);
  } catch (error) {
    const why = whyLost(error);
    if (why === undefined) throw error;
    lost.set(host.env, { env: host.env, url: host.url, why });
    throw new HostLost(`${host.url} could not be queried`);
  }
}

async function fetched(
  one: ProbeRequest,
  { venue, archive, clock }: ProbePorts,
): Promise<ProbeAnswer | undefined> {
  if (!isArchive(one)) {
    const answer = await venue.get(one);
    return answer && { body: answer.body, headers: answer.headers, asOf: answer.asOf, at: clock() };
  }
  const file = await archive.read(one);
  if (!file) return undefined;
  const pieces: Uint8Array[] = [];
  // A piece is only valid during its turn of the loop, so it is copied: `slice` of a Buffer is none.
  for await (const piece of file.content) {
    pieces.push(new Uint8Array(piece));
    // Gigabytes: leaving the loop ends the connection.
    if (!one.checksum) break;
  }
  const body = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return { body, headers: {}, asOf: clock(), at: clock() };
}

/** Waits for the next window once, where it comes soon. */
async function patiently<T>(work: () => Promise<T>, { clock, sleep }: ProbePorts): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const wait = error instanceof BudgetExhausted ? error.until - clock() : Number.POSITIVE_INFINITY;
    if (wait > LONGEST_WAIT) throw error;
    await sleep(Math.max(wait, 0));
    return work();
  }
}

const SYSTEM_CODE = /\b(?:E[A-Z]{3,}|[A-Z]+_[A-Z_]*|UND_ERR_[A-Z_]+)\b/;

/** Why a host cannot serve any check; undefined: the error is about one request. The text names nothing of this machine. */
function whyLost(error: unknown): string | undefined {
  if (!(error instanceof GordonError)) return undefined;
  if (error.code === 'timed-out') return 'it does not answer in time';
  if (error.code === 'region-refused') return 'it refuses the address of this machine';
  if (error.code !== 'connection-failed') return undefined;
  const code = SYSTEM_CODE.exec(describeError(error.cause))?.[0];
  return code ? `the connection fails: ${code}` : 'the connection fails';
}
