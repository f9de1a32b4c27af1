import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../functions/core/series/source.ts';
import { timeColumn } from '../../functions/core/series/table.ts';
import { periodAt } from '../../functions/core/time/period.ts';
import { STEPS } from '../../functions/core/time/timeframe.ts';
import { sources } from '../../functions/sources/index.ts';
import {
  bytes,
  expectRequest,
  expectSound,
  fixtureText,
  parseFile,
  rowsOf,
  type SourceFixtures,
  tiersOf,
} from './conformance.ts';

// What is not JSON may have been cut short on its way: it is requested again. Everything else stays as it is.
const malformed = expect.objectContaining({
  code: 'malformed-rows',
  name: expect.stringMatching(/^(PermanentError|RetryableVenueError)$/),
});

function thrownBy(work: () => unknown): unknown {
  try {
    return { returned: work() };
  } catch (error) {
    return error;
  }
}

const isSource = (value: unknown): boolean => typeof value === 'object' && value !== null && 'tiers' in value;

it('has every source of every file registered, under its own name', async () => {
  const folder = new URL('../../functions/sources/', import.meta.url);
  const files = FAMILIES.filter((family) => existsSync(new URL(family, folder))).flatMap((family) =>
    readdirSync(new URL(family, folder)).map((name) => `${family}/${name}`),
  );
  const exported = await Promise.all(
    files
      .filter((name) => name.endsWith('.ts'))
      .map(async (name) => {
        const found = (await import(new URL(name, folder).href)) as Record<string, unknown>;
        return Object.keys(found).filter((id) => isSource(found[id]));
      }),
  );
  expect(Object.keys(sources).sort()).toEqual(exported.flat().sort());
});

// A source without fixtures fails right here, at the import.
const cases = await Promise.all(
  Object.entries(sources).map(async ([id, source]) => {
    const module = (await import(`../fixtures/${id}/index.ts`)) as { fixtures: SourceFixtures };
    return { id, source, fixtures: module.fixtures };
  }),
);

describe.each(cases)('$id', ({ id, source, fixtures }) => {
  const { series, range } = fixtures;

  it('describes itself without contradiction', () => {
    expect(source.id).toBe(id);
    expect(series.source).toBe(id);
    expect(source.timeframes).toContain(source.defaultTimeframe);
    expect(source.timeframes.every((t) => t in STEPS)).toBe(true);
    for (const symbol of [...source.defaultSymbols, ...(source.optInSymbols ?? []), series.symbol])
      expect(symbol).toMatch(source.symbolPattern);
    for (const odd of ['', 'btc usdt', "X'; drop table", '../x', 'BTC/USDT']) {
      expect(odd).not.toMatch(source.symbolPattern);
    }
    expect(source.settleMs).toBeGreaterThanOrEqual(source.finalAfterMs);
  });

  it('has a table whose key ends with time, or of events holds it', () => {
    const names = source.table.columns.map((column) => column.name);
    expect(new Set(names).size).toBe(names.length);
    const time = timeColumn(source.table);
    if (source.table.cadence === 'irregular') expect(source.table.key).toContain(time);
    else expect(source.table.key.at(-1)).toBe(time);
    for (const member of source.table.key) expect(names).toContain(member);
    expect(source.table.columns.find((column) => column.name === time)?.type).toBe('timestamptz');
  });

  it('has fixtures for every tier', () => {
    const { archives, pages, snapshots = {} } = fixtures;
    const named = [archives, pages, snapshots].flatMap((ofKind) => Object.keys(ofKind));
    expect(named.sort()).toEqual(source.tiers.map((tier) => tier.name).sort());
  });

  it('knows the ends of a symbol, from its probe or for ever', () => {
    const probe = source.listing;
    if ('listedAt' in probe) return expect(probe.listedAt).toBeGreaterThan(0);
    const listing = fixtures.listing!;
    for (const ask of ['first', 'last', 'status'] as const) expectRequest(() => probe[ask](series));
    expect(probe.firstAt(bytes(listing.first.body), series)).toBe(listing.first.at);
    const newest = bytes(listing.newest ?? listing.first.body);
    expect(probe.lastAt(newest, series)).toBe(listing.first.last ?? listing.first.at);
    expect(probe.firstAt(bytes(listing.none), series)).toBeUndefined();
    expect(probe.lastAt(bytes(listing.none), series)).toBeUndefined();
    expect(probe.isTrading(bytes(listing.trading), series)).toBe(true);
    expect(probe.isTrading(bytes(listing.notTrading), series)).toBe(false);
  });

  describe.each(tiersOf(source, 'pages'))('pages from $name', (tier) => {
    const page = fixtures.pages[tier.name]!;
    const body = bytes(fixtureText(id, page.body));

    it('requests the range and no secret', () => {
      const request = expectRequest(() => tier.request(series, range));
      expect(request.venue.id).not.toBe('');
    });

    it('reads a page value by value', () => {
      const parsed = tier.parse(body, series, page.asOf);
      expectSound(parsed, source.table, series);
      expect(rowsOf(parsed)).toEqual(page.rows);
      expect(parsed.rowsInBody).toBe(page.rowsInBody);
    });

    it('leaves out what is not final yet, and takes it later', () => {
      const parsed = tier.parse(body, series, range.end + source.finalAfterMs);
      expect(rowsOf(parsed)).toEqual([...page.rows, ...page.stillOpen]);
    });

    it('reads an empty page', () => {
      const parsed = tier.parse(bytes(page.empty), series, page.asOf);
      expectSound(parsed, source.table, series);
      expect(parsed).toMatchObject({ batch: { length: 0 }, rowsInBody: 0, findings: [] });
    });

    it.each(Object.keys(page.damaged))('refuses %s', (what) => {
      expect(thrownBy(() => tier.parse(bytes(page.damaged[what]!), series, page.asOf))).toEqual(malformed);
    });
  });

  describe.each(tiersOf(source, 'snapshot'))('a snapshot from $name', (tier) => {
    const snapshot = fixtures.snapshots![tier.name]!;
    const read = (bodies: readonly string[]) => tier.parse(bodies.map(bytes), series, snapshot.at);

    it('requests no secret', () => {
      const requests = tier.requests(series);
      expect(requests.length).toBe(snapshot.bodies.length);
      for (const [i] of requests.entries()) expectRequest(() => tier.requests(series)[i]!);
    });

    it('is read value by value', () => {
      const parsed = read(snapshot.bodies.map((body) => fixtureText(id, body)));
      expectSound(parsed, source.table, series);
      expect(rowsOf(parsed)).toEqual(snapshot.rows);
      expect(parsed.findings).toEqual(snapshot.findings);
      expect(new Set(parsed.batch.times)).toEqual(new Set([snapshot.at]));
    });

    it('may be of nothing', () => {
      const parsed = read(snapshot.empty);
      expectSound(parsed, source.table, series);
      expect(parsed).toMatchObject({ batch: { length: 0 }, findings: [] });
    });

    it.each(Object.keys(snapshot.damaged))('refuses %s', (what) => {
      expect(thrownBy(() => read(snapshot.damaged[what]!))).toEqual(malformed);
    });
  });

  describe.each(tiersOf(source, 'archive'))('files from $name', (tier) => {
    const { files, damaged, whenShuffled = [] } = fixtures.archives[tier.name]!;

    it('names an object and, where there is one, its checksum for each period', () => {
      const period = periodAt(tier.unit, range.start);
      const file = expectRequest(() => tier.object(series, period).file);
      const dated = [period.name, period.name.replaceAll('-', '/')];
      expect(dated.some((name) => file.path.includes(name))).toBe(true);
      const { checksum: named } = tier.object(series, period);
      expect(named === undefined).toBe(source.streamed ?? false);
      if (named) {
        const checksum = expectRequest(() => tier.object(series, period).checksum!);
        expect(checksum.path).toContain(period.name);
        expect(checksum.path).not.toBe(file.path);
      }
      expect(tier.publishedAt(period)).toBeGreaterThanOrEqual(period.end);
    });

    describe.each(Object.entries(files))('%s', (name, rows) => {
      const text = fixtureText(id, name);
      const forms = {
        'as it is': text,
        'with CRLF': text.replaceAll('\n', '\r\n'),
        'with a cut end': text.trimEnd(),
      };

      it.each(Object.entries(forms))('reads it %s, in pieces of any length', (_form, form) => {
        const file = bytes(form);
        for (const pieceLength of [file.length, 1, 7, 64]) {
          const read = parseFile(tier.parser(series), file, pieceLength);
          expect(read.rows).toEqual(rows);
          expect(read.findings).toEqual([]);
          for (const parsed of read.parsed) expectSound(parsed, source.table, series);
        }
      });

      it('puts it in order when it is not, and drops what is repeated', () => {
        const [head = '', ...rest] = text.trimEnd().split('\n');
        const header = /^[a-z]/i.test(head) ? [head] : [];
        const lines = header.length > 0 ? rest : [head, ...rest];
        const shuffled = [...header, ...lines.toReversed(), ...lines, ''].join('\n');
        const read = parseFile(tier.parser(series), bytes(shuffled));
        expect(read.rows).toEqual(rows);
        expect(read.findings.map(({ kind }) => kind)).toEqual(whenShuffled);
      });
    });

    it('reads an empty file', () => {
      expect(parseFile(tier.parser(series), new Uint8Array()).rows).toEqual([]);
    });

    it.each(Object.keys(damaged))('refuses %s', (what) => {
      const file = bytes(damaged[what]!);
      expect(thrownBy(() => parseFile(tier.parser(series), file))).toEqual(malformed);
      expect(thrownBy(() => parseFile(tier.parser(series), file, 5))).toEqual(malformed);
    });
  });
});
