import { pathToFileURL } from 'node:url';
import { TestRunner } from 'vitest';

// Vitest ends its workers by SIGTERM, at which Node keeps nothing of what it compiled; at an end of its own it does.
process.once('SIGTERM', () => process.exit());

/** Imports a file under its own name, as each is run once in a process: Vitest would give it a new one, and its compiled code were never found again. */
export default class OnceRunner extends TestRunner {
  override importFile(path: string): unknown {
    return import(pathToFileURL(path).href);
  }
}
