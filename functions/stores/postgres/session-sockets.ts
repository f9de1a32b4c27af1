import type net from 'node:net';

/** The sockets of sessions, as far as postgres.js speaks to them directly: over TLS another one lies on top. */
const sockets = new WeakMap<object, net.Socket>();

/** Keeps the socket of a session, for `copyDataReceiver`. */
export function rememberSocket(session: object, socket: net.Socket): void {
  sockets.set(session, socket);
}

/** Calls back when the bytes are on their way and their memory may be used again. */
export type SendBytes = (bytes: Uint8Array, done: (error?: Error | null) => void) => void;

const COPY_DATA = 'd'.charCodeAt(0);
const COPY_OUT = 'H'.charCodeAt(0);
const COPY_DONE = 'c'.charCodeAt(0);
const ERROR = 'E'.charCodeAt(0);
/** The head of a message: its type, and its length without the type. */
const HEADER = 5;

/**
 * Sends the data of a COPY that a session has begun, as messages of the protocol. postgres.js copies what it is given behind
 * the message's header, in new memory each time: half a gigabyte for each three million candles, which the collector then has to
 * collect.
 * @returns undefined where the session's own socket is not known: then its stream must be used
 */
export function copyDataSender(session: object): SendBytes | undefined {
  const socket = sockets.get(session);
  if (!socket) return undefined;
  return (bytes, done) => {
    const header = Buffer.allocUnsafe(HEADER);
    header.writeUInt8(COPY_DATA);
    header.writeUInt32BE(bytes.length + HEADER - 1, 1);
    socket.cork();
    socket.write(header);
    socket.write(bytes, done);
    socket.uncork();
  };
}

/** Takes the data of one message: the bytes `[from, to)`, which may be overwritten afterwards. */
export type TakeBytes = (bytes: Buffer, from: number, to: number) => void;

/** The data of a COPY on its way from the server. */
export interface CopyData {
  pause(): void;
  resume(): void;
  /** gives the socket back; what still comes of this COPY is postgres.js's again */
  close(): void;
}

/**
 * Takes the data of the next COPY TO STDOUT of a session as it arrives. postgres.js makes a Buffer and an event of each row, which
 * takes longer than to read the row. Every other message is left to it, so its stream ends and fails as usual, without data.
 * Nothing may be under way in the session.
 * @returns undefined where the session's own socket is not known: then its stream has the data
 */
export function copyDataReceiver(session: object, take: TakeBytes): CopyData | undefined {
  const socket = sockets.get(session);
  if (!socket) return undefined;
  const own = socket.listeners('data') as ((bytes: Buffer) => void)[];
  const pass = (bytes: Buffer): void => {
    if (bytes.length > 0) for (const listener of own) listener.call(socket, bytes);
  };
  let isOpen = true;
  let hasBegun = false;
  /** a message whose end has not arrived */
  let part: Buffer | undefined;

  /** @returns where the first message begins that is not there as a whole, or the first byte that is not taken here */
  function messages(bytes: Buffer): number {
    let at = 0;
    while (isOpen && bytes.length - at >= HEADER) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      const type = bytes[at];
      if (hasBegun && type === COPY_DATA) take(bytes, at + HEADER, end);
      else {
        if (hasBegun && (type === COPY_DONE || type === ERROR)) close();
        if (type === COPY_OUT) hasBegun = true;
        pass(bytes.subarray(at, end));
      }
      at = end;
    }
    return at;
  }

  function receive(chunk: Buffer): void {
    let bytes = chunk;
    if (part) {
      // Only this message is put together: the rest of the chunk stays where it is.
      const head =
        part.length < HEADER ? Buffer.concat([part, chunk.subarray(0, HEADER - part.length)]) : part;
      const size = head.length < HEADER ? HEADER : 1 + head.readUInt32BE(1);
      const missing = size - part.length;
      const whole = Buffer.concat([part, chunk.subarray(0, missing)]);
      part = undefined;
      if (chunk.length < missing) {
        part = whole;
        return;
      }
      messages(whole);
      bytes = chunk.subarray(missing);
    }
    const rest = bytes.subarray(isOpen ? messages(bytes) : 0);
    if (!isOpen) pass(rest);
    else if (rest.length > 0) part = Buffer.from(rest);
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    socket!.off('data', receive);
    for (const listener of own) socket!.on('data', listener);
    const begun = part;
    part = undefined;
    if (begun) pass(begun);
  }

  for (const listener of own) socket.off('data', listener);
  socket.on('data', receive);
  return { pause: () => socket.pause(), resume: () => socket.resume(), close };
}
