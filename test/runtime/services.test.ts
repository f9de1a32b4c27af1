import { describe, expect, it } from 'vitest';
import { createServices } from '../../functions/runtime/services.ts';

const environment = { AWS_REGION: 'eu-central-1', GORDON_JOB_TABLE: 'jobs' };
const GORDON_DATABASE_URL = 'postgres://nobody@127.0.0.1:1/none';

describe('services', () => {
  it('serve a function that has no database, and name the variable to one that should have', async () => {
    const services = await createServices(environment);
    const missing = { code: 'bad-environment', subject: 'GORDON_DATABASE_URL' };
    expect(() => services.databaseUrl()).toThrow(expect.objectContaining(missing));
    await expect(services.pingDatabase()).rejects.toMatchObject(missing);
    await expect((async () => services.catalog.report({}))()).rejects.toMatchObject(missing);
    for (const port of ['store', 'queries', 'stored', 'aggregates', 'instruments', 'labels'] as const) {
      expect(() => services[port], port).toThrow(expect.objectContaining(missing));
    }
    expect(services.jobs.list).toBeTypeOf('function');
    expect(services.venue.get).toBeTypeOf('function');
    await services.close();
  });

  it('know the database by its URL, and connect to nothing before it is used', async () => {
    const services = await createServices({ ...environment, GORDON_DATABASE_URL });
    expect(services.databaseUrl()).toBe(GORDON_DATABASE_URL);
    await services.close();
  });

  it('are each made once, and only when they are read', async () => {
    const services = await createServices({ ...environment, GORDON_DATABASE_URL });
    expect(services.catalog).toBe(services.catalog);
    expect(services.store).not.toBe(services.catalog);
    await services.close();
  });

  it('give nobody a connection once they are closed', async () => {
    const services = await createServices({ ...environment, GORDON_DATABASE_URL });
    await services.close();
    await expect(services.pingDatabase()).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
  });

  it('have no record of schedules where there is no job table', async () => {
    const { GORDON_JOB_TABLE: _, ...none } = environment;
    const [without, services] = await Promise.all([createServices(none), createServices(environment)]);
    expect(without.runs).toBeUndefined();
    expect(services.runs).toBeDefined();
    await Promise.all([without.close(), services.close()]);
  });
});
