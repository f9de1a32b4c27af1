import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSent, readIgnored } from '../../packaging/replay/context.ts';
import { expand, readDockerfile } from '../../packaging/replay/dockerfile.ts';
import { readService } from '../../packaging/replay/service.ts';

const stages = readDockerfile(readFileSync('Dockerfile', 'utf8'));
const image = stages.at(-1)!.settings;

describe('the Dockerfile, as its replay reads it', () => {
  it('has a base for each stage, of one exact version of Node.js', () => {
    expect(stages.map(({ name }) => name)).toEqual(['build', 'install', '2']);
    expect(new Set(stages.map(({ from }) => from)).size).toBe(1);
    expect(stages[0]!.from).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+-slim$/);
  });

  it('starts as somebody who is not root, by the name of the program', () => {
    expect([image.user, image.entrypoint, image.command]).toEqual([
      '1000:1000',
      ['gordon-data'],
      ['up', '--foreground'],
    ]);
    expect(image.env.PATH).toMatch(/^\/opt\/gordon-data\/node_modules\/\.bin:.*:\/usr\/bin/);
    expect([image.volumes, image.stopSignal]).toEqual([['/data'], 'SIGTERM']);
    expect(image.healthcheck[0]).toBe('node');
  });

  it('is copied and run step by step, in its folder and with the environment of that line', () => {
    const [build, install, last] = stages;
    expect(build!.steps.map(({ kind, at }) => [kind, at.workdir])).toEqual([
      ['copy', '/src'],
      ['run', '/src'],
      ['copy', '/src'],
      ['run', '/src'],
    ]);
    expect(install!.steps[0]).toMatchObject({
      from: 'build',
      sources: ['/out/gordon-data.tgz'],
      to: '/tmp/',
    });
    expect(last!.steps.every(({ at }) => at.env.NODE_ENV === undefined)).toBe(true);
  });

  it('has no instruction that the replay would leave out', () => {
    expect(() => readDockerfile('FROM a\nADD x y')).toThrow('the replay does not know ADD');
    expect(() => readDockerfile('FROM a\nCOPY --chown=1 x y')).toThrow('--chown');
  });
});

it('the variables of files are replaced as Docker and Compose do it', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a file
  expect(expand('a $B ${C} ${D:-d} ${B:-x}$E', { B: 'b', C: 'c' })).toBe('a b c d b');
});

describe('the context of the build', () => {
  const patterns = readIgnored(readFileSync('.dockerignore', 'utf8'));

  it('is what the package is built of, and nothing else', () => {
    for (const path of ['package.json', 'cli/main.ts', 'sql/postgres/0061.do.aggregates-of-rows.sql'])
      expect([path, isSent(path, patterns)]).toEqual([path, true]);
    for (const path of [
      'node_modules/zod/index.js',
      '.git/HEAD',
      'test/packaging/replay.test.ts',
      '.gordon/x',
    ])
      expect([path, isSent(path, patterns)]).toEqual([path, false]);
  });

  it('has a last pattern that decides', () => {
    const some = readIgnored('# all\n*\n!docs/\ndocs/images\n');
    expect(['a', 'docs/b.md', 'docs/images/c.png'].map((path) => isSent(path, some))).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('the service of compose.yaml', () => {
  it('has walls, and what the image sets', () => {
    const text = readFileSync('compose.yaml', 'utf8');
    const service = readService(text, 'app', image, { GORDON_API_TOKEN: 'secret' });
    expect(service).toMatchObject({
      readOnly: true,
      tmpfs: ['/tmp'],
      dropsCapabilities: true,
      noNewPrivileges: true,
      init: true,
      volumes: ['/data'],
      port: 8443,
      graceSeconds: 60,
    });
    expect(service.env).toMatchObject({ GORDON_API_TOKEN: 'secret', FRED_API_KEY: '', GORDON_DIR: '/data' });
    expect(Object.values(service.env).join()).not.toContain('$');
  });

  it('has no key that the replay would leave out', () => {
    const text = 'services: { a: { environment: {}, volumes: [], ports: ["1"], network_mode: host } }';
    expect(() => readService(text, 'a', image, {})).toThrow('network_mode');
  });
});
