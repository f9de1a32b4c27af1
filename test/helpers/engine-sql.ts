import { Readable, Writable } from 'node:stream';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';

/** An engine that runs in this process and has one session. */
export interface Engine {
  query(
    text: string,
    values: unknown[],
    options: object,
  ): Promise<{ rows: unknown[]; affectedRows?: number; blob?: Blob }>;
  exec(text: string): Promise<unknown>;
}

/** The part of postgres.js that the stores use, on top of an engine. There is one session: transactions must not overlap. */
export function sqlOn(engine: Engine): Sql {
  const run = async (text: string, values: unknown[] = [], blob?: Blob) => {
    const options = { parsers: { 20: Number }, ...(blob && { blob }) };
    const { rows, affectedRows } = await engine.query(text, values.map(asParameter), options);
    // Not enumerable, so that comparisons of rows ignore it.
    const count = affectedRows || rows.length;
    return Object.defineProperty(rows, 'count', { value: count }) as unknown[] & { readonly count: number };
  };
  const tag = (first: TemplateStringsArray | string | readonly string[], ...values: unknown[]) => {
    if (typeof first === 'string') return new Raw(`"${first}"`);
    if (!('raw' in first)) return new Raw(`(${first.map((text) => `'${text}'`).join(', ')})`);
    return new Statement(first as TemplateStringsArray, values, run);
  };
  const unsafe = (text: string) => {
    const statement = new Statement([text], [], run);
    const copying = Object.assign(statement, {
      simple: () => engine.exec(text),
      readable: async () => {
        const { blob } = await engine.query(text.replace('to stdout', "to '/dev/blob'"), [], {});
        return Readable.from([Buffer.from(await blob!.arrayBuffer())]);
      },
      writable: async () => copyInto(text, run, (ended) => copying.resolve(ended)),
      // As with postgres.js, a writer replaces this.
      resolve: (_: { readonly count: number }) => {},
    });
    return copying;
  };
  const sql = Object.assign(tag, { unsafe, json: (value: unknown) => JSON.stringify(value) });
  const begin = async (work: (tx: unknown) => Promise<unknown>, mode = ''): Promise<unknown> => {
    await engine.exec(`begin ${mode}`);
    try {
      const result = await work(sql);
      await engine.exec('commit');
      return result;
    } catch (error) {
      await engine.exec('rollback');
      throw error;
    }
  };
  return Object.assign(sql, { begin }) as unknown as Sql;
}

type Run = (text: string, values?: unknown[], blob?: Blob) => Promise<unknown[] & { readonly count: number }>;

class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A query that runs when it is awaited. Inside of another query it is a fragment of that one. */
class Statement implements PromiseLike<unknown[]> {
  readonly #parts: readonly string[];
  readonly #values: readonly unknown[];
  readonly #run: Run;
  constructor(parts: readonly string[], values: readonly unknown[], run: Run) {
    this.#parts = parts;
    this.#values = values;
    this.#run = run;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting a query runs it, as in postgres.js
  then<A, B>(
    done?: ((rows: unknown[]) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const values: unknown[] = [];
    return this.#run(this.#textOf(values), values).then(done, failed);
  }

  #textOf(values: unknown[]): string {
    return this.#parts.reduce((text, part, i) => {
      const value = this.#values[i - 1];
      if (value instanceof Raw) return text + value.text + part;
      if (value instanceof Statement) return text + value.#textOf(values) + part;
      return `${text}$${values.push(value)}${part}`;
    });
  }
}

/** The engine reads a COPY from one complete file. */
function copyInto(text: string, run: Run, end: (ended: { readonly count: number }) => void): Writable {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  return new Writable({
    write: (chunk: Buffer, _encoding, taken) => {
      // The writer may reuse the buffer, so it is copied.
      chunks.push(Uint8Array.from(chunk));
      taken();
    },
    final: (finished) => {
      run(text.replace('from stdin', "from '/dev/blob'"), [], new Blob(chunks)).then((rows) => {
        finished();
        end(rows);
      }, finished);
    },
  });
}

const asParameter = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);
