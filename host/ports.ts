import { GordonError } from '../functions/core/errors/errors.ts';
import { portHolder } from './os/port-holder.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The variable of each port, and where the host listens without it. */
export const PORTS = {
  jobs: { variable: 'GORDON_JOBS_PORT', usual: 8081 },
  candles: { variable: 'GORDON_CANDLES_PORT', usual: 3000 },
  database: { variable: 'GORDON_PG_PORT', usual: 54_329 },
} as const;

type PortName = keyof typeof PORTS;

/** Where the host serves its two APIs. @throws GordonError `bad-environment` */
export const apiPorts = (env: Variables) => ({
  jobs: portOf(env, 'jobs'),
  candles: portOf(env, 'candles'),
});

/**
 * Where the embedded database listens: a fixed port, so that what connects to it still finds it after a restart. A host that takes
 * any port for its API (0) takes any for its database too. @throws GordonError `bad-environment`
 */
export const databasePort = (env: Variables): number =>
  env.GORDON_PG_PORT ? portOf(env, 'database') : apiPorts(env).jobs === 0 ? 0 : PORTS.database.usual;

function portOf(env: Variables, name: PortName): number {
  const { variable, usual } = PORTS[name];
  const text = env[variable];
  if (!text) return usual;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new GordonError({
    name: 'BadRequest',
    code: 'bad-environment',
    subject: variable,
    message: `is "${text}", which is not a port.`,
    remedy: 'Write a number from 0 to 65535; 0 takes any free port.',
  });
}

/** The error for a port that another program has, with who that is and how to choose another one. */
export function portInUse(port: number, name: PortName): GordonError {
  const { variable } = PORTS[name];
  const holder = portHolder(port)?.name ?? 'another program';
  return new GordonError({
    code: 'port-in-use',
    subject: `port ${port}`,
    message: `${holder} uses it.`,
    remedy: `Choose another one, such as ${variable}=${port + 10} \`gordon-data up\`, or stop that program.`,
  });
}
