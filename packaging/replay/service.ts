import { parse } from 'yaml';
import { expand, type Settings } from './dockerfile.ts';

/** A service of `compose.yaml`, as far as a container's isolation and surroundings go. */
export interface Service {
  readonly env: Readonly<Record<string, string>>;
  readonly readOnly: boolean;
  readonly tmpfs: readonly string[];
  readonly dropsCapabilities: boolean;
  readonly noNewPrivileges: boolean;
  readonly init: boolean;
  /** folders that are volumes, the image's own among them */
  readonly volumes: readonly string[];
  /** the port within the container */
  readonly port: number;
  readonly graceSeconds: number;
}

interface Compose {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Of no meaning for one container without an engine. */
const LEFT_OUT = ['profiles', 'build', 'image', 'depends_on', 'restart'];

/**
 * @throws Error for a key that the replay does not know
 */
export function readService(
  text: string,
  name: string,
  image: Settings,
  variables: Readonly<Record<string, string | undefined>>,
): Service {
  const { services } = parse(text) as Compose;
  const entry = services[name];
  if (!entry) throw new Error(`compose.yaml has no service ${name}`);
  const {
    environment,
    read_only,
    tmpfs,
    cap_drop,
    security_opt,
    init,
    volumes,
    ports,
    stop_grace_period,
    ...rest
  } = entry as Readonly<Record<string, unknown>> & {
    readonly environment: Readonly<Record<string, string>>;
    readonly volumes: readonly string[];
    readonly ports: readonly string[];
    readonly tmpfs?: readonly string[];
    readonly cap_drop?: readonly string[];
    readonly security_opt?: readonly string[];
  };
  const unknown = Object.keys(rest).filter((key) => !LEFT_OUT.includes(key));
  if (unknown.length > 0) throw new Error(`the replay does not know ${name}: ${unknown.join(', ')}`);
  const env = Object.entries(environment).map(([key, value]) => [key, expand(value, variables)] as const);
  return {
    env: { ...image.env, ...Object.fromEntries(env) },
    readOnly: read_only === true,
    tmpfs: tmpfs ?? [],
    dropsCapabilities: cap_drop?.includes('ALL') ?? false,
    noNewPrivileges: security_opt?.includes('no-new-privileges:true') ?? false,
    init: init === true,
    volumes: [...new Set([...image.volumes, ...volumes.map((one) => one.split(':')[1]!)])],
    port: Number(ports[0]!.split(':').at(-1)),
    graceSeconds: secondsOf(String(stop_grace_period ?? '10s')),
  };
}

function secondsOf(text: string): number {
  const [, number, unit] = /^(\d+)(s|m)$/.exec(text) ?? [];
  if (!number) throw new Error(`the replay does not know the duration ${text}`);
  return Number(number) * (unit === 'm' ? 60 : 1);
}
