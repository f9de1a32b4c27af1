import { execFileSync } from 'node:child_process';

/** The packages that the tests of files need. */
const PACKAGES = ['pandas', 'polars', 'pyarrow', 'duckdb', 'duckdb_extension_httpfs'];

/**
 * The Python of `GORDON_TEST_PYTHON`, whose packages read the files; `required` means `python3`. Undefined where the variable is
 * not set: `make test` needs no pip.
 * @throws Error when it is set and its packages are not there
 */
export function testPython(): string | undefined {
  const given = process.env.GORDON_TEST_PYTHON;
  if (!given) return undefined;
  const python = given === 'required' ? 'python3' : given;
  execFileSync(python, ['-c', `import ${PACKAGES.join(', ')}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  return python;
}
