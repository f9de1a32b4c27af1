import type { TestProject } from 'vitest/node';
import { ServerBroker } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** where a worker requests the test database server */
    databaseBroker: string;
  }
}

interface Shared {
  readonly broker: ServerBroker;
  readonly url: Promise<string>;
  users: number;
}

/** Each project loads this module anew, so a variable of the module would start a server for each. */
const run = globalThis as { gordonTestServer?: Shared | undefined };

/** One database server for all projects of a run; the last one stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!run.gordonTestServer) {
    const broker = new ServerBroker();
    run.gordonTestServer = { broker, url: broker.listen(), users: 0 };
  }
  const shared = run.gordonTestServer;
  shared.users += 1;
  project.provide('databaseBroker', await shared.url);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    run.gordonTestServer = undefined;
    await shared.broker.close();
  };
}
