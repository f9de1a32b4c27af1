import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { portHolder } from '../../../host/os/port-holder.ts';
import { apiPorts, databasePort, portInUse } from '../../../host/ports.ts';
import { gordon } from '../../cli/support/run.ts';

/** A port that this process holds. */
async function held(): Promise<{ port: number; free(): Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async free() {
      server.close();
      await once(server, 'close');
    },
  };
}

describe('the ports of a host', () => {
  it('are fixed, the one of the database too', () => {
    expect(apiPorts({})).toEqual({ jobs: 8081, candles: 3000 });
    expect(databasePort({})).toBe(54_329);
  });

  it('are chosen by variables', () => {
    expect(apiPorts({ GORDON_JOBS_PORT: '9000', GORDON_CANDLES_PORT: '0' })).toEqual({
      jobs: 9000,
      candles: 0,
    });
    expect(databasePort({ GORDON_PG_PORT: '5433' })).toBe(5433);
    // Whoever takes any port for the API runs several hosts, which cannot share one for the database.
    expect(databasePort({ GORDON_JOBS_PORT: '0' })).toBe(0);
  });

  it.each(['http', '-1', '70000', '1.5'])('are no "%s"', (text) => {
    expect(() => apiPorts({ GORDON_JOBS_PORT: text })).toThrow(
      /GORDON_JOBS_PORT: is ".*", which is not a port/,
    );
  });

  it('that are taken name who has them and how to choose others', async () => {
    const { port, free } = await held();
    expect(portHolder(port)).toMatchObject({ pid: process.pid });
    expect(portInUse(port, 'candles').message).toMatch(
      new RegExp(`^port ${port}: .* \\(process ${process.pid}\\) uses it\\.`),
    );
    expect(portInUse(port, 'candles').remedy).toContain(`GORDON_CANDLES_PORT=${port + 10}`);
    await free();
    expect(portHolder(port)).toBeUndefined();
  });
});

describe('without a host of its own', () => {
  it('a command speaks to no stranger at its port, and says who that is', async () => {
    const { port, free } = await held();
    const ran = await gordon(['backfill', 'jobs'], { env: { GORDON_JOBS_PORT: String(port) } });
    await free();
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(
      new RegExp(
        `no gordon-data of this folder runs; at http://127.0.0.1:${port} is .* \\(process ${process.pid}\\)`,
      ),
    );
    expect(ran.stderr).toContain(`GORDON_API_URL=http://127.0.0.1:${port}`);
    expect(ran.stderr).toContain(`GORDON_JOBS_PORT=${port + 10}`);
  });
});
