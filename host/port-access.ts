import type { Access } from '../functions/access.ts';
import { GordonError } from '../functions/core/errors/errors.ts';
import type { FunctionSpec } from '../functions/function-spec.ts';
import type { DatabasePorts } from '../functions/runtime/ports/database-ports.ts';
import type { Services } from '../functions/runtime/services.ts';

/** What a function must have access to for each port of the database: its login is the one that opens the port. */
const NEEDS = {
  store: ['database:write'],
  catalog: ['database:write'],
  findings: ['database:write'],
  comparisons: ['database:write'],
  labels: ['database:write'],
  livesDue: ['database:write'],
  instruments: ['database:write'],
  universe: ['database:write'],
  volumes: ['database:write'],
  watch: ['database:write'],
  histories: ['database:write'],
  readerWatch: ['database:write'],
  candleKeeper: ['database:write'],
  sizeSamples: ['database:write'],
  catalogReader: ['database:read'],
  universeReader: ['database:read'],
  queries: ['database:read'],
  stored: ['database:read'],
  months: ['database:read'],
  aggregateStatus: ['database:read'],
  pingDatabase: ['database:read'],
  aggregates: ['database:write', 'aggregates'],
  databaseUrl: ['database:own'],
} as const satisfies Readonly<Record<keyof DatabasePorts, readonly Access[]>>;

const refusals = new WeakMap<FunctionSpec, PropertyDescriptorMap>();

/** Made once for each function, as each call needs them. */
function refusalsOf(spec: FunctionSpec): PropertyDescriptorMap {
  const known = refusals.get(spec);
  if (known) return known;
  const { handler, access } = spec;
  const closed = Object.entries(NEEDS).filter(([, needs]) => !needs.every((need) => access.includes(need)));
  const made = Object.fromEntries(
    closed.map(([port, needs]) => [port, { get: () => refuse(handler, port, needs) }]),
  );
  refusals.set(spec, made);
  return made;
}

/**
 * The services as one function of AWS has them: a port whose secret it does not hold throws when it is read. Thus what runs on one machine
 * runs there too.
 */
export const within = (services: Services, spec: FunctionSpec): Services =>
  Object.create(services, refusalsOf(spec)) as Services;

function refuse(handler: string, port: string, needs: readonly Access[]): never {
  throw new GordonError({
    code: 'bad-environment',
    subject: handler,
    message: `it reads the port ${port} without access to ${needs.join(' and ')}.`,
    remedy: 'Add it to its entry in functions/routes.ts or functions/manifest.ts.',
  });
}
