import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { notesOf } from '../../packaging/changelog.ts';

const CHANGELOG = '# Changes\n\n## 0.2.0 (unreleased)\n\n- new\n\n## 0.1.0 (2026-11-27)\n\n- one\n- two\n';

it('a release has the notes of its version', () => {
  expect(notesOf(CHANGELOG, 'v0.1.0', '0.1.0')).toBe('- one\n- two');
});

it.each([
  ['v0.1.0', '0.2.0', /package.json has 0.2.0/],
  ['0.1.0', '0.1.0', /tag v0.1.0/],
  ['v0.2.0', '0.2.0', /unreleased/],
  ['v0.3.0', '0.3.0', /no section/],
])('%s is none of %s', (tag, version, why) => {
  expect(() => notesOf(CHANGELOG, tag, version)).toThrow(why);
});

it('the version of package.json has a section', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const changelog = readFileSync('CHANGELOG.md', 'utf8').replace('(unreleased)', '(2026-11-27)');
  expect(notesOf(changelog, `v${version}`, version)).toMatch(/^- /m);
});
