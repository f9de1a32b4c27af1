import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../functions/core/api/openapi.ts';
import { sources } from '../../functions/sources/index.ts';
import { startTestHost, type TestHost } from '../helpers/host.ts';
import { PYTHON, python } from './host.ts';

const RUN_NOTEBOOK = fileURLToPath(new URL('run_notebook.py', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../python', import.meta.url));

/** Each is a whole program, and more than one minute of work where the machine has other work. */
const PATIENCE = { timeout: 600_000 };

describe.skipIf(!PYTHON)('the Python package', PATIENCE, () => {
  let at: TestHost;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gordon-python-'));
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(openApi(sources)));
    let databaseUrl = '';
    at = await startTestHost({}, undefined, (made) => {
      databaseUrl = made.databaseUrl;
      return {};
    });
    env = {
      GORDON_TEST_API: `http://127.0.0.1:${at.host.ports.jobs}`,
      GORDON_TEST_DATABASE_URL: databaseUrl,
      GORDON_TEST_OPENAPI: join(folder, 'openapi.json'),
      GORDON_API_URL: `http://127.0.0.1:${at.host.ports.jobs}`,
    };
  });
  afterAll(async () => {
    await at?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  // Side by side: one after the other they take longer than any other file.
  it.concurrent('is typed', async () => {
    const out = await python(['-m', 'mypy', '--cache-dir', join(folder, 'mypy')], PACKAGE);
    expect(out).toContain('Success: no issues found');
  });

  it.concurrent('passes its own tests, the operations and the rows of a host among them, and skips none', async () => {
    const out = await python(['-m', 'pytest', '-q', '--durations=10'], PACKAGE, env);
    expect(out).toMatch(/^\d+ passed in /m);
  });

  it('goes from an empty warehouse to a plot in the notebook', async () => {
    const notebook = join(PACKAGE, '../examples/warehouse.ipynb');
    // The kernel finds the package as it would be found if it were installed.
    const copy = process.env.GORDON_NOTEBOOK_OUT;
    await python([RUN_NOTEBOOK, notebook, ...(copy ? [copy] : [])], folder, {
      ...env,
      PYTHONPATH: PACKAGE,
      IPYTHONDIR: join(folder, 'ipython'),
      MPLCONFIGDIR: join(folder, 'matplotlib'),
    });
  });

  it('builds as a wheel that has its types', async () => {
    const build = ['-m', 'pip', 'wheel', '--no-deps', '--no-build-isolation', '--no-index', '-q'];
    await python([...build, '-w', folder, PACKAGE], folder);
    const list = ['-c', 'import glob, zipfile; print(zipfile.ZipFile(glob.glob("*.whl")[0]).namelist())'];
    expect(await python(list, folder)).toMatch(/gordon_data\/py\.typed/);
  });
});
