import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `package.json` of the clone has that the package needs. */
export interface RootManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The oldest Node.js that runs the built program: 22.15 has zstd. */
export const OLDEST_NODE = '22.15.0';

export const rootManifest = (root: string): RootManifest =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as RootManifest;

/**
 * The package's own manifest: the packages that its modules import, in the versions of the clone.
 * @throws Error for a package that the clone does not name as a dependency
 */
export function packageManifest(root: RootManifest, packages: readonly string[]): object {
  const { name, version, description, license, type, dependencies } = root;
  const unknown = packages.filter((one) => dependencies[one] === undefined);
  if (unknown.length > 0) throw new Error(`no dependencies of package.json: ${unknown.join(', ')}`);
  return {
    name,
    version,
    description,
    license,
    type,
    engines: { node: `>=${OLDEST_NODE}` },
    bin: { 'gordon-data': 'bin/gordon-data' },
    dependencies: Object.fromEntries(packages.map((one) => [one, dependencies[one]])),
  };
}
