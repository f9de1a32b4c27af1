import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface LineOptions {
  /** there and back, ms */
  readonly roundTripMs: number;
  /** of all connections together, in each direction */
  readonly bytesPerSecond: number;
}

/**
 * When bytes that are sent on a line are all at its other end. Those of all connections share the line: each piece goes when the one
 * before it has gone, and travels half a round trip.
 */
export class Schedule {
  readonly #travelMs: number;
  readonly #bytesPerMs: number;
  #freeAt = 0;

  constructor({ roundTripMs, bytesPerSecond }: LineOptions) {
    this.#travelMs = roundTripMs / 2;
    this.#bytesPerMs = bytesPerSecond / 1_000;
  }

  /** @param now ms of any clock. @returns on the same clock */
  arrival(bytes: number, now: number): number {
    this.#freeAt = Math.max(this.#freeAt, now) + bytes / this.#bytesPerMs;
    return this.#freeAt + this.#travelMs;
  }
}

export interface SlowLine {
  readonly port: number;
  close(): Promise<void>;
}

/** Bytes of one connection on their way: more are not taken from its sender. About what a kernel keeps for a connection. */
const WINDOW = 4 * 1024 * 1024;

/**
 * A line to a server of this machine, as long and as narrow as one to a venue elsewhere. A connection takes a round trip to be opened.
 * Left out: slow start, loss and the handshake of TLS, which all make a real line slower still.
 */
export async function startSlowLine(
  to: { host: string; port: number },
  options: LineOptions,
): Promise<SlowLine> {
  const [up, down] = [new Schedule(options), new Schedule(options)];
  const open = new Set<Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => open.delete(socket));
  };
  const server: Server = createServer((client) => {
    const remote = connect(to);
    keep(client);
    keep(remote);
    const openedAt = performance.now() + options.roundTripMs;
    carry(client, remote, up, openedAt);
    carry(remote, client, down, openedAt);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @param since nothing leaves before; of `performance.now()` */
function carry(from: Socket, into: Socket, schedule: Schedule, since: number): void {
  let travelling = 0;
  const queue = new Queue();
  const arrival = (bytes: number): number => schedule.arrival(bytes, Math.max(since, performance.now()));
  from.on('data', (bytes) => {
    travelling += bytes.length;
    if (travelling >= WINDOW) from.pause();
    queue.add(arrival(bytes.length), () => {
      travelling -= bytes.length;
      if (travelling < WINDOW && !into.destroyed) from.resume();
      if (!into.destroyed) into.write(bytes);
    });
  });
  from.on('end', () => queue.add(arrival(0), () => into.end()));
  from.on('error', () => into.destroy());
  from.on('close', () => queue.add(arrival(0), () => into.destroySoon()));
}

/** Work in the order in which it came, each piece when its time has come. Timers of their own would not keep the order. */
export class Queue {
  readonly #waiting: { readonly at: number; readonly work: () => void }[] = [];

  add(at: number, work: () => void): void {
    this.#waiting.push({ at, work });
    if (this.#waiting.length === 1) this.#wait();
  }

  #wait(): void {
    const [next] = this.#waiting;
    if (next) setTimeout(() => this.#run(), Math.max(0, next.at - performance.now()));
  }

  #run(): void {
    const now = performance.now();
    // Timers may come a little early.
    while (this.#waiting[0] && this.#waiting[0].at <= now) {
      this.#waiting[0].work();
      this.#waiting.shift();
    }
    this.#wait();
  }
}
