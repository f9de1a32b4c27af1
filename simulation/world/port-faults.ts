import { GordonError } from '../../functions/core/errors/errors.ts';
import type { Process, Scheduler } from '../engine/scheduler.ts';
import { StateError } from '../machine/interpret.ts';

/** What becomes of some calls of ports. */
export interface PortFault {
  readonly kind: string;
  /** whose calls: `table`, `bus`, `sql`, `venue` or `workflow`; absent: anybody's */
  readonly port?: string;
  /** of which functions; absent: all */
  readonly of?: string;
  /** before the effect, or after it and before the answer */
  readonly moment: 'before' | 'after';
  /** the process dies, or it gets an error instead of the answer */
  readonly effect: 'die' | 'refuse';
  /** calls that come before the first one that is struck */
  readonly skip: number;
  readonly times: number;
}

interface Armed {
  readonly fault: PortFault;
  passed: number;
  left: number;
}

/** Stands at the border of every port. */
export class PortFaults {
  readonly #armed = new Set<Armed>();
  readonly #down = new Map<string, number>();
  readonly #slow: { port: string; until: number; ms: number }[] = [];
  readonly #struck: (kind: string) => void;
  scheduler!: Scheduler;

  constructor(struck: (kind: string) => void) {
    this.#struck = struck;
  }

  arm(fault: PortFault): void {
    this.#armed.add({ fault, passed: 0, left: fault.times });
  }

  /** Nothing of it answers until then, and what is on its way gets no answer either. */
  takeDown(port: string, until: number): void {
    this.#down.set(port, Math.max(until, this.#down.get(port) ?? 0));
  }

  /** How much longer each of its answers takes. */
  slowDown(port: string, until: number, ms: number): void {
    this.#slow.push({ port, until, ms });
  }

  calm(): void {
    this.#armed.clear();
    this.#down.clear();
    this.#slow.length = 0;
  }

  delayOf(what: string): number {
    if (this.#slow.length === 0) return 0;
    const now = this.scheduler.now();
    return this.#slow.reduce(
      (sum, { port, until, ms }) => sum + (now < until && isOf(what, port) ? ms : 0),
      0,
    );
  }

  before(process: Process, what: string): void {
    if (this.#isDown(what)) throw refusal(what);
    if (this.#armed.size === 0) return;
    const fault = this.#next(process, what, 'before');
    if (!fault) return;
    if (fault.effect === 'refuse') throw refusal(what);
    this.scheduler.kill(process, death());
  }

  /** @returns what never comes, where the process died; undefined where the answer arrives */
  after(process: Process, what: string): Promise<void> | undefined {
    if (this.#isDown(what)) throw refusal(what);
    if (this.#armed.size === 0) return undefined;
    const fault = this.#next(process, what, 'after');
    if (!fault) return undefined;
    if (fault.effect === 'refuse') throw refusal(what);
    this.scheduler.kill(process, death());
    return new Promise(() => undefined);
  }

  #isDown(what: string): boolean {
    if (this.#down.size === 0) return false;
    for (const [port, until] of this.#down) if (isOf(what, port) && this.scheduler.now() < until) return true;
    return false;
  }

  #next(process: Process, what: string, moment: PortFault['moment']): PortFault | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.moment !== moment) continue;
      if (fault.port !== undefined && !isOf(what, fault.port)) continue;
      if (fault.of !== undefined && !process.name.startsWith(fault.of)) continue;
      armed.passed += 1;
      if (armed.passed <= fault.skip) continue;
      armed.left -= 1;
      if (armed.left === 0) this.#armed.delete(armed);
      this.#struck(fault.kind);
      return fault;
    }
    return undefined;
  }
}

const isOf = (what: string, port: string): boolean =>
  port === 'venue' ? /^(venue|GET|read) /.test(what) : what.startsWith(`${port} `);

/** As the stores say it; what may pass by itself. */
function refusal(what: string): GordonError {
  if (isOf(what, 'table'))
    return new GordonError({
      code: 'job-table-failed',
      subject: what,
      message: 'the job table did not answer.',
    });
  if (isOf(what, 'bus'))
    return new GordonError({ code: 'event-refused', subject: what, message: 'it did not answer.' });
  if (isOf(what, 'workflow'))
    return new GordonError({
      code: 'workflow-unavailable',
      subject: what,
      message: 'it did not answer.',
      status: 503,
    });
  if (isOf(what, 'venue'))
    return new GordonError({ code: 'connection-failed', subject: what, message: 'the connection was cut.' });
  return new GordonError({ code: 'database-unreachable', subject: what, message: 'the connection was cut.' });
}

const death = (): StateError => new StateError('Lambda.Unknown', 'the process died');
