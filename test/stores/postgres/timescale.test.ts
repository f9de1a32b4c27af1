import { expect, it } from 'vitest';
import type { Runner } from '../../../functions/stores/postgres/postgres.ts';
import { refuseUnfit } from '../../../functions/stores/postgres/timescale.ts';

const server = (version: string, license: string | null): Runner =>
  (() => Promise.resolve([{ version, license }])) as unknown as Runner;

it.each(['2.12.0', '2.23.0-dev', '2.28.3', '3.0.0'])('takes TimescaleDB %s', (version) =>
  refuseUnfit(server(version, 'timescale'), 'db'),
);

it.each(['2.11.2', '2.4.1', '1.7.5'])('refuses TimescaleDB %s, which is too old', async (version) => {
  await expect(refuseUnfit(server(version, 'timescale'), 'db')).rejects.toMatchObject({
    code: 'timescale-too-old',
    message: expect.stringContaining(version),
    remedy: expect.stringContaining('ALTER EXTENSION timescaledb UPDATE'),
  });
});

it('refuses the licence apache, with ways out that exist', async () => {
  await expect(refuseUnfit(server('2.23.0', 'apache'), 'db')).rejects.toMatchObject({
    code: 'timescale-licence',
    message: expect.stringContaining('"apache"'),
    remedy: expect.stringMatching(
      /timescaledb\.license = 'timescale'.*restart.*DROP EXTENSION IF EXISTS timescaledb.*shared_preload_libraries/,
    ),
  });
});

it('refuses an extension whose library is not loaded', async () => {
  await expect(refuseUnfit(server('2.23.0', null), 'db')).rejects.toMatchObject({
    code: 'timescale-licence',
    message: expect.stringContaining('not loaded'),
    remedy: expect.stringMatching(/^Add timescaledb to shared_preload_libraries/),
  });
});
