import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What one command leaves on the disk for the next ones. */
export interface StateFile<T> {
  /** undefined when there is none, or none that this version can read */
  read(): T | undefined;
  write(state: T): void;
  clear(): void;
}

export function stateFile<T>(file: string, shape: z.ZodType<T>): StateFile<T> {
  return {
    read() {
      try {
        return shape.parse(JSON.parse(readFileSync(file, 'utf8')));
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOENT') return undefined;
        // A file of another version, or one cut short by a full disk. The next start writes a new one.
        if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    // Written aside and renamed: a reader must never see half a file. It may hold a password, so it is its owner's alone.
    write(state) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    clear: () => rmSync(file, { force: true }),
  };
}
