import { isErrorCode } from '../../errors/error-codes.ts';
import { GordonError } from '../../errors/errors.ts';
import { type Clock, MINUTE, SECOND } from '../../time/time.ts';

/** What a file is made of: a query for rows, as it came. */
export interface FileRequest {
  readonly table: string;
  readonly query: Readonly<Record<string, string>>;
  readonly format: string;
}

/** A failure as it is kept for those that wait. */
export interface KeptProblem {
  readonly code: string;
  readonly subject: string;
  readonly detail: string;
  readonly remedy: string;
  readonly status: number;
}

/** Somebody ordered the file; it may be there by now. */
export interface FileOrder {
  readonly state: 'making' | 'failed';
  /** when it was ordered, epoch ms */
  readonly at: number;
  readonly problem?: KeptProblem;
}

/** An order as it was read. */
export interface KnownOrder extends FileOrder {
  /** of this entry: a replacement must name it */
  readonly version: string;
}

/** Who ordered which file. */
export interface FileOrders {
  order(id: string): Promise<KnownOrder | undefined>;
  /** Enters an order in place of `instead`. @returns false where somebody else did at the same time */
  enter(id: string, order: FileOrder, instead: KnownOrder | undefined): Promise<boolean>;
}

/** Files that are made once and fetched from somewhere else, for an API that can neither stream nor wait. */
export interface FileShelf extends FileOrders {
  /** Where the file can be fetched for some minutes, without credentials; undefined: it is not there. */
  link(id: string): Promise<string | undefined>;
}

/** The same for who makes them. */
export interface FileStore extends FileOrders {
  /** Puts the file there as a whole or not at all. @param headers those that it is served with. @throws what `pieces` throws; the reason of `signal` */
  put(
    id: string,
    headers: Readonly<Record<string, string>>,
    pieces: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Files and who makes them. */
export interface PreparedFiles {
  readonly shelf: FileShelf;
  /** Has the file made; does not wait for it. */
  make(id: string, request: FileRequest): Promise<void>;
  sleep(ms: number): Promise<unknown>;
}

/** An answer that is given at once may take this long; API Gateway gives up after 29 s. */
const READY_WITHIN = 20 * SECOND;
const LOOK_EVERY = SECOND;
/** What is made longer than this has failed without a word: a function ends after 15 minutes. */
export const LONGEST_MAKING = 16 * MINUTE;

/**
 * Waits for a file, which is ordered where nobody has ordered it. A file that failed is ordered again.
 * @returns where it is; undefined: it is still being made
 * @throws GordonError what making it threw, or `file-not-made`
 */
export async function orderFile(
  id: string,
  request: FileRequest,
  files: PreparedFiles,
  clock: Clock,
): Promise<string | undefined> {
  const { shelf } = files;
  const there = await shelf.link(id);
  if (there !== undefined) return there;
  const began = clock();
  const known = await shelf.order(id);
  if (!known || known.state === 'failed' || known.at <= began - LONGEST_MAKING) {
    if (await shelf.enter(id, { state: 'making', at: began }, known)) await making(id, request, files, began);
  }
  return watch(id, files, clock);
}

/** An order that nobody works on must not keep those that come later waiting. */
async function making(id: string, request: FileRequest, files: PreparedFiles, at: number): Promise<void> {
  try {
    await files.make(id, request);
  } catch (error) {
    const problem = keptProblem(error, id);
    await files.shelf.enter(id, { state: 'failed', at, problem }, await files.shelf.order(id));
    throw error;
  }
}

/**
 * Goes on waiting for a file that was ordered.
 * @returns where it is; `making` while it is made; undefined: nobody has ordered it, or it was removed since
 * @throws GordonError as `orderFile` does
 */
export async function awaitFile(
  id: string,
  files: PreparedFiles,
  clock: Clock,
): Promise<{ readonly link: string } | 'making' | undefined> {
  const there = await files.shelf.link(id);
  if (there !== undefined) return { link: there };
  if (!(await files.shelf.order(id))) return undefined;
  const link = await watch(id, files, clock);
  return link === undefined ? 'making' : { link };
}

async function watch(id: string, { shelf, sleep }: PreparedFiles, clock: Clock): Promise<string | undefined> {
  const deadline = clock() + READY_WITHIN;
  for (;;) {
    const order = await shelf.order(id);
    // After the order: a file that is done between the two is seen.
    const link = await shelf.link(id);
    if (link !== undefined) return link;
    if (order?.state === 'failed') throw failureOf(order.problem, id);
    if (order && order.at <= clock() - LONGEST_MAKING) throw failureOf(undefined, id);
    if (clock() + LOOK_EVERY > deadline) return undefined;
    await sleep(LOOK_EVERY);
  }
}

/** What an error becomes for those that wait for the file. */
export function keptProblem(error: unknown, id: string): KeptProblem {
  const { code, subject, detail, remedy, status } = error instanceof GordonError ? error : unmade(id, error);
  return { code, subject, detail, remedy, status };
}

function failureOf(problem: KeptProblem | undefined, id: string): GordonError {
  // Another version of the program may have other codes.
  if (!problem || !isErrorCode(problem.code)) return unmade(id);
  const { code, subject, detail, remedy, status } = problem;
  return new GordonError({ code, subject, message: detail, remedy, status });
}

const unmade = (id: string, cause?: unknown): GordonError =>
  new GordonError({
    code: 'file-not-made',
    subject: `the file ${id.slice(0, 12)}`,
    cause,
    status: 503,
    message: 'it could not be made.',
  });
