import { createServer } from 'node:net';
import { portHolder } from '../../host/os/port-holder.ts';
import type { HostState } from '../../host/state-file.ts';
import type { Api } from '../api/client.ts';
import { CliError } from '../failure.ts';
import { time } from '../format/values.ts';
import { broken, type Diagnosis, note, ok } from './diagnosis.ts';

/** The host of this machine, or the ports that it would need. */
export async function hostAndPorts(
  host: HostState | undefined,
  ports: readonly number[],
): Promise<Diagnosis[]> {
  if (host) {
    const { mode, pid, startedAt } = host;
    return [ok(`the host runs: ${mode}, process ${pid}, since ${time(startedAt)} UTC`)];
  }
  return [
    note('the host does not run', 'Start it with `make dev-up`, or `make demo` with simulated venues.'),
    ...(await Promise.all(ports.map(portDiagnosis))),
  ];
}

async function portDiagnosis(port: number): Promise<Diagnosis> {
  const code = await tryToListen(port);
  if (code === undefined) return ok(`port ${port} is free`);
  const what =
    code === 'EADDRINUSE'
      ? `is taken by ${portHolder(port)?.name ?? 'another program'}`
      : `cannot be used (${code})`;
  return broken(`port ${port} ${what}`, OTHER_PORTS);
}

const OTHER_PORTS =
  'Stop what uses it, or choose others: GORDON_JOBS_PORT=8091 GORDON_CANDLES_PORT=3010 `gordon-data up`.';

/** @returns the code of the error, if there is one */
function tryToListen(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}

const SET_CLOCK =
  'Set the clock of this machine (`timedatectl set-ntp true`): see the runbook, "Wrong clock".';

/** What the jobs API reports about itself. */
export async function apiHealth(api: Api): Promise<Diagnosis[]> {
  try {
    const { checks, simulated } = await api.call('health');
    const { clock, ...others } = checks;
    const wrong = clock && !clock.ok ? [note(`the clock: ${clock.detail}`, SET_CLOCK)] : [];
    const bad = Object.entries(others).filter(([, { ok }]) => !ok);
    if (bad.length === 0)
      return [ok(`jobs API at ${api.url}: healthy${simulated ? ', simulated data' : ''}`), ...wrong];
    return [
      ...bad.map(([name, { detail }]) =>
        broken(
          `jobs API at ${api.url}: ${name.replaceAll('_', ' ')}: ${detail ?? 'does not answer'}`,
          'See the log of the host; `make dev-down` and `make dev-up` start it afresh.',
        ),
      ),
      ...wrong,
    ];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [broken(error.message, 'See `gordon-data status` and the log that it names.')];
  }
}
