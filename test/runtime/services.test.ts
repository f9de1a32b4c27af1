import { expect, it } from 'vitest';
import { createServices } from '../../functions/runtime/services.ts';

const environment = { AWS_REGION: 'eu-central-1', GORDON_JOB_TABLE: 'jobs' };

it('serve a function that has no database, and name the variable to one that should have', async () => {
  const services = await createServices(environment);
  const missing = { code: 'bad-environment', subject: 'GORDON_DATABASE_URL' };
  expect(() => services.databaseUrl()).toThrow(expect.objectContaining(missing));
  await expect(services.pingDatabase()).rejects.toMatchObject(missing);
  await expect(services.catalog.report({})).rejects.toMatchObject(missing);
  await services.close();
});

it('know the database by its URL, and connect to nothing before it is used', async () => {
  const GORDON_DATABASE_URL = 'postgres://nobody@127.0.0.1:1/none';
  const services = await createServices({ ...environment, GORDON_DATABASE_URL });
  expect(services.databaseUrl()).toBe(GORDON_DATABASE_URL);
  await services.close();
});
