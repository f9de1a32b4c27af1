import type { SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What a process in a root of its own gets. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  /** `UID:GID`, or root's name */
  readonly user: string;
  readonly workdir: string;
  /** folders of memory */
  readonly tmpfs: readonly string[];
  /** folders of the root and those of the machine that stand for them */
  readonly volumes?: readonly (readonly [string, string])[] | readonly string[];
  readonly dropsCapabilities?: boolean;
  readonly noNewPrivileges?: boolean;
  readonly init?: boolean;
}

const CERTIFICATES = process.env.NODE_EXTRA_CA_CERTS;
const INIT = '/usr/bin/tini-static';

/** Mounts what an engine mounts, and ends as the program. The folder /dev takes what must not be in a layer. */
const PREPARE = `
set -eu
root=$1 certificates=$2 init=$3; shift 3
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for one in null zero full random urandom; do
  touch "$root/dev/$one"
  mount --bind "/dev/$one" "$root/dev/$one"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir -m 1777 "$root/dev/shm"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
if [ -n "$certificates" ]; then cp "$certificates" "$root/dev/certificates.pem"; fi
if [ -n "$init" ]; then cp "$init" "$root/dev/init"; fi
while [ "$1" != -- ]; do
  case $1 in
    tmpfs) mount -t tmpfs -o mode=1777 tmpfs "$root$2"; shift 2 ;;
    bind) mount --bind "$2" "$root$3"; shift 3 ;;
  esac
done
shift
exec chroot "$root" "$@"
`;

/**
 * A command in a root, in namespaces of its own for mounts and processes; what it started ends with it.
 * @param isBuild with the certificates of this machine, for the registries of packages
 */
export function inRoot(
  root: string,
  argv: readonly string[],
  { env, user, workdir, tmpfs, ...rest }: Surroundings,
  { isBuild }: { isBuild: boolean },
): [string, string[], SpawnOptions] {
  const certificates = isBuild && CERTIFICATES && existsSync(CERTIFICATES) ? CERTIFICATES : '';
  if (rest.init && !existsSync(INIT)) throw new Error(`no ${INIT}: apt-get install tini`);
  const mounts = [
    ...tmpfs.flatMap((folder) => ['tmpfs', folder]),
    ...(rest.volumes ?? []).flatMap((one) => (typeof one === 'string' ? [] : ['bind', one[0], one[1]])),
  ];
  return [
    'unshare',
    [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--propagation',
      'private',
      '/bin/sh',
      '-c',
      PREPARE,
      'sh',
      root,
      certificates,
      rest.init ? INIT : '',
      ...mounts,
      '--',
      ...asUser({ user, workdir, ...rest }),
      ...(rest.init ? ['/dev/init', '--'] : []),
      ...argv,
    ],
    {
      env: {
        ...env,
        ...(certificates && {
          NODE_EXTRA_CA_CERTS: '/dev/certificates.pem',
          npm_config_cafile: '/dev/certificates.pem',
        }),
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  ];
}

/** The words before a command that runs as the user of an image, isolated as its service is. */
export function asUser(
  to: Pick<Surroundings, 'user' | 'workdir' | 'dropsCapabilities' | 'noNewPrivileges'>,
): string[] {
  const [uid = '0', gid = uid] = to.user.split(':');
  return [
    '/usr/bin/env',
    '--chdir',
    to.workdir,
    '/usr/bin/setpriv',
    '--reuid',
    uid,
    '--regid',
    gid,
    '--clear-groups',
    ...(to.dropsCapabilities ? ['--bounding-set=-all', '--inh-caps=-all'] : []),
    ...(to.noNewPrivileges ? ['--no-new-privs'] : []),
    '--',
  ];
}
