import { execFile } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functions as manifest, optionalFunctions } from '../../functions/manifest.ts';
import { pascal } from '../../infra/constructs/function.ts';
import { createTestDatabase } from '../helpers/database.ts';
import { withoutHash } from './support/grants.ts';
import { synthAnew } from './support/synth.ts';

const all = [...manifest, ...optionalFunctions];

/** A function's folder as it is deployed, by the name of its handler. */
const folders = new Map<string, string>();
let outdir: string | undefined;

beforeAll(() => {
  const jwt = { auth: 'jwt', jwtIssuer: 'https://issuer.example', jwtAudience: 'gordon', exports: 'new' };
  const { app, of } = synthAnew(jwt, { bundle: true });
  outdir = app.outdir;
  const staged = readdirSync(app.outdir).filter((name) => name.startsWith('asset.'));
  const deployed = Object.entries(of('AWS::Lambda::Function'));
  for (const { handler } of all) {
    const [, resource] = deployed.find(([id]) => withoutHash(id) === `${pascal(handler)}Function`)!;
    const { S3Key } = resource.Properties.Code as { S3Key: string };
    const name = staged.find((folder) => folder === `asset.${S3Key.replace(/\.zip$/, '')}`);
    folders.set(handler, join(app.outdir, name!));
  }
});
afterAll(() => {
  if (outdir) rmSync(outdir, { recursive: true, force: true });
});

/** Runs a module's code in a Node of its own, as Lambda does. */
async function node(code: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    'node_modules/.bin/node',
    ['--input-type=module', '-e', code],
    {
      env: { PATH: process.env.PATH, AWS_REGION: 'eu-central-1', POWERTOOLS_LOG_LEVEL: 'SILENT', ...env },
    },
  );
  return JSON.parse(stdout);
}

const moduleOf = (handler: string): string => pathToFileURL(join(folders.get(handler)!, 'index.mjs')).href;

describe('the bundles', () => {
  it('are below 1.6 megabytes each', () => {
    const sizes = [...folders].map(
      ([handler, folder]) => [handler, statSync(join(folder, 'index.mjs')).size] as const,
    );
    expect(sizes).toHaveLength(all.length);
    // Each source adds a kilobyte or two. Files of Parquet and Arrow, the client of S3 and the CAs of RDS are half a megabyte of it, which is evaluated only where it is needed.
    expect(sizes.filter(([, size]) => size >= 1_600_000)).toEqual([]);
  });

  it('load and have a handler', async () => {
    const urls = JSON.stringify(all.map(({ handler }) => moduleOf(handler)));
    const kinds = await node(
      `const all = await Promise.all(${urls}.map((url) => import(url)));
       console.log(JSON.stringify(all.map(({ handler }) => typeof handler)));`,
    );
    expect(kinds).toEqual(all.map(() => 'function'));
  });

  it('bring their source maps, without the sources', () => {
    for (const folder of folders.values()) expect(readdirSync(folder)).toContain('index.mjs.map');
  });

  it('have the migrations beside the function that runs them', async () => {
    await using database = await createTestDatabase('empty');
    const migrated = await node(
      `const { handler } = await import(${JSON.stringify(moduleOf('migrate'))});
       console.log(JSON.stringify(await handler({}, {})));`,
      { GORDON_DATABASE_URL: database.url },
    );
    const files = readdirSync('sql').filter((name) => name.endsWith('.sql'));
    expect(migrated).toMatchObject({ flavour: 'postgres', applied: expect.arrayContaining(files) });
  });
});
