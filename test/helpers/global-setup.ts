import type { TestProject } from 'vitest/node';
import { ServerBroker } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** where a worker requests the test database server */
    databaseBroker: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = new ServerBroker();
  project.provide('databaseBroker', await broker.listen());
  return () => broker.close();
}
