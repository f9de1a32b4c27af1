import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which folder may import which, and which packages. The first folder that matches a file is its own. */
const RULES: readonly { folder: string; may: readonly string[]; packages: RegExp }[] = [
  {
    folder: 'functions/core/costs',
    may: ['functions/core', 'functions/manifest.ts'],
    packages: /^zod$/,
  },
  { folder: 'functions/core', may: ['functions/core'], packages: /^(zod|p-map)$/ },
  { folder: 'functions/sources', may: ['functions/core', 'functions/sources'], packages: /^$/ },
  {
    folder: 'functions/stores',
    may: ['functions/core', 'functions/stores'],
    packages: /^(node:.*|postgres|postgrator|ulid|@aws-sdk\/(client|lib)-dynamodb)$/,
  },
  {
    folder: 'functions/runtime',
    may: ['functions/core', 'functions/sources', 'functions/stores', 'functions/runtime'],
    packages:
      /^(node:.*|zod|yauzl|aws-lambda|aws-jwt-verify.*|@middy\/.*|@aws-lambda-powertools\/.*|@aws-sdk\/.*)$/,
  },
  {
    folder: 'functions/handlers',
    may: [
      'functions/core',
      'functions/manifest.ts',
      'functions/sources',
      'functions/stores',
      'functions/runtime',
    ],
    packages: /^(node:.*|zod|aws-lambda)$/,
  },
  { folder: 'functions/manifest.ts', may: ['functions/function-spec.ts'], packages: /^$/ },
  { folder: 'functions/function-spec.ts', may: [], packages: /^$/ },
  { folder: 'statemachines', may: ['functions/core'], packages: /^node:/ },
  {
    folder: 'infra',
    may: [
      'infra',
      'functions/core',
      'functions/manifest.ts',
      'functions/sources',
      'functions/stores',
      'statemachines',
    ],
    packages: /^(node:.*|zod|aws-cdk-lib.*|constructs|cdk-nag|esbuild)$/,
  },
  {
    folder: 'localstack/venues',
    may: ['localstack/venues', 'functions/core'],
    packages: /^(node:.*|zod|yazl)$/,
  },
  {
    folder: 'localstack',
    may: ['localstack', 'functions', 'statemachines', 'console/serve'],
    packages: /./,
  },
  { folder: 'cli', may: ['cli', 'functions', 'localstack', 'console/serve'], packages: /./ },
  { folder: 'console/serve', may: ['console/serve'], packages: /^(node:.*|esbuild)$/ },
  {
    folder: 'console/web',
    may: ['console/web', 'functions/core'],
    packages: /^(zod|preact|preact\/hooks|lightweight-charts)$/,
  },
  { folder: 'simulation', may: ['simulation', 'functions/core', 'functions/sources'], packages: /^$/ },
  {
    folder: 'bench',
    may: ['bench', 'functions', 'localstack', 'statemachines', 'test/helpers'],
    packages: /./,
  },
];

const LARGEST_FILE = 300;
const files = globSync(
  ['{functions,statemachines,infra,localstack,cli,console,bench,simulation}/**/*.{ts,tsx}'],
  {
    exclude: ['**/*.d.ts'],
  },
);

interface Import {
  readonly file: string;
  readonly from: string;
}

const imports: readonly Import[] = files.flatMap((file) =>
  Array.from(
    readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'|^import '([^']+)'/gm),
  ).map((match) => ({ file, from: (match[1] ?? match[2])! })),
);

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
const ruleOf = (file: string) => RULES.find(({ folder }) => within(file, folder));

describe('the direction of imports', () => {
  it('has a rule for every file', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => !ruleOf(file))).toEqual([]);
  });

  it('is from the edges to the core', () => {
    const wrong = imports.filter(({ file, from }) => {
      const rule = ruleOf(file)!;
      if (!from.startsWith('.')) return !rule.packages.test(from);
      const target = normalize(join(dirname(file), from));
      return !rule.may.some((folder) => within(target, folder));
    });
    expect(wrong.map(({ file, from }) => `${file} imports ${from}`)).toEqual([]);
  });

  it('has no handler that imports another', () => {
    const wrong = imports.filter(
      ({ file, from }) => within(file, 'functions/handlers') && /^\.\/|\/handlers\//.test(from),
    );
    expect(wrong).toEqual([]);
  });
});

it('keeps files small enough to hold in the head', () => {
  const long = files
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > LARGEST_FILE);
  expect(long).toEqual([]);
});

it('reads the clock only at the edges', () => {
  const pure = files.filter((file) => /^(functions\/(core|sources)|simulation)\//.test(file));
  const impure = pure.filter((file) =>
    /\bDate\.now\(|new Date\(\)|process\.env/.test(readFileSync(file, 'utf8')),
  );
  expect(impure).toEqual([]);
});
