import { connect, createServer, type Socket } from 'node:net';
import { listen } from '../../host/os/ports.ts';

/** A proxy in front of a database that notes what clients leave to their sessions, and passes everything on. */
export interface StatementRecorder extends AsyncDisposable {
  readonly port: number;
  /** how many statements it has seen */
  readonly statements: number;
  /**
   * What a pooler refuses at the start, or what binds a connection of RDS Proxy to its client until that one leaves (Amazon's page "Avoiding
   * pinning an RDS Proxy"). A setting of one transaction is none of these.
   */
  readonly faults: ReadonlySet<string>;
}

/** What every PgBouncer takes in the startup packet, and RDS Proxy too. */
const TAKEN = new Set(['user', 'database', 'client_encoding', 'application_name', 'TimeZone']);

const PINNING = [
  /^\s*set\s+(?!local\b|transaction\b)/i,
  /^\s*(reset|prepare|execute|deallocate|discard|listen|unlisten|load|declare)\b/i,
  /\bpg_(try_)?advisory_lock(_shared)?\s*\(/i,
  /\b(nextval|setval|currval|lastval)\s*\(/i,
  /\bset_config\s*\([^)]*,\s*false\s*\)/i,
  /^\s*create\s+(temp|temporary)\s+(?!.*\bon commit drop\b)/is,
];

/** Of a longer text it does not look for what pins, and pins. */
const LONGEST_TEXT = 16 * 1_024;

const STARTUP = 196_608;
const [QUERY, PARSE] = ['Q', 'P'].map((letter) => letter.charCodeAt(0)) as [number, number];

export async function startStatementRecorder(target: {
  readonly host: string;
  readonly port: number;
}): Promise<StatementRecorder> {
  const faults = new Set<string>();
  const open = new Set<Socket>();
  let statements = 0;
  const noteStartup = (body: Buffer): void => {
    if (body.readInt32BE(0) !== STARTUP) return;
    const words = body.subarray(4).toString().split('\0');
    for (let i = 0; words[i]; i += 2) {
      if (!TAKEN.has(words[i]!)) faults.add(`starts with ${words[i]}`);
    }
  };
  const noteText = (text: string): void => {
    statements += 1;
    if (Buffer.byteLength(text) > LONGEST_TEXT) faults.add(`${text.length} letters: ${text.slice(0, 80)}`);
    // A simple query may be several statements.
    for (const one of text.split(';')) {
      if (PINNING.some((pattern) => pattern.test(one))) faults.add(one.trim().slice(0, 120));
    }
  };
  const note = (type: number, body: Buffer): void => {
    if (type === QUERY) noteText(body.toString().replace(/\0$/, ''));
    if (type !== PARSE) return;
    const [name, text] = body.toString().split('\0') as [string, string];
    if (name !== '') faults.add(`prepares ${name}: ${text.slice(0, 80)}`);
    noteText(text);
  };

  const server = createServer((client) => {
    const upstream = connect(target);
    open.add(client);
    const hangUp = (): void => {
      open.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', hangUp).on('close', hangUp);
    upstream.pipe(client);
    const read = frontend(noteStartup, note);
    client.on('data', (bytes: Buffer) => {
      read(bytes);
      upstream.write(bytes);
    });
  });
  const port = await listen(server);
  return {
    port,
    faults,
    get statements() {
      return statements;
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Cuts what a client sends into messages: the first has no type, and every other one a letter before its length. */
function frontend(first: (body: Buffer) => void, each: (type: number, body: Buffer) => void) {
  let held: Buffer = Buffer.alloc(0);
  let started = false;
  return (bytes: Buffer): void => {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    for (;;) {
      const at = started ? 1 : 0;
      if (held.length < at + 4) return;
      const end = at + held.readUInt32BE(at);
      if (held.length < end) return;
      const body = held.subarray(at + 4, end);
      if (started) each(held[0]!, body);
      else first(body);
      started = true;
      held = held.subarray(end);
    }
  };
}
