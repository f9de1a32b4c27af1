import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Licence } from '../../../functions/core/licences/licence.ts';
import {
  isThirdParty,
  LICENCE_OF_SOURCE,
  LICENCES,
  licencesOf,
} from '../../../functions/core/licences/licences.ts';
import { sources } from '../../../functions/sources/index.ts';

const all = Object.values(LICENCES);

describe('licences', () => {
  it('are known of every source', () => {
    expect(Object.keys(LICENCE_OF_SOURCE).sort()).toEqual(Object.keys(sources).sort());
  });

  it('of third parties are those of the series that no order loads by default', () => {
    const { defaultSymbols, optInSymbols = [] } = sources.macro_fred!;
    expect(optInSymbols).toEqual(['VIXCLS', 'SP500']);
    expect(defaultSymbols.filter(isThirdParty)).toEqual([]);
    expect(licencesOf('macro_fred', defaultSymbols).map(({ id }) => id)).toEqual(['fred']);
    expect(licencesOf('macro_fred', ['SP500', 'DFF', 'VIXCLS']).map(({ id }) => id)).toEqual([
      'fred',
      'sp',
      'cboe',
    ]);
    expect(licencesOf('klines_spot', ['SP500']).map(({ id }) => id)).toEqual(['binance']);
    expect(licencesOf('no_such_source')).toEqual([]);
  });

  it('say of terms that were not found that nothing is verified', () => {
    const clauses = all
      .filter(({ basis }) => basis === 'none')
      .flatMap(({ url, dated, storing, training, redistribution, commercial }) => [
        url,
        dated,
        ...[storing, training, redistribution, commercial].filter((clause) => clause !== 'not verified'),
      ]);
    expect(clauses.filter((clause) => clause !== null)).toEqual([]);
  });

  it('have their required notices and attributions in the README', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    for (const { notice, attribution } of all) expect(readme).toContain(notice ?? attribution);
  });

  it('are docs/DATA-LICENCES.md; `npm run licences` writes it anew', async () => {
    await expect(page()).toMatchFileSnapshot('../../../docs/DATA-LICENCES.md');
  });
});

const BASIS: Readonly<Record<Licence['basis'], string>> = {
  copy: 'read in a copy',
  quoted: 'as others quote them; the original was not read',
  none: 'none found',
};

const page = (): string =>
  [
    '# Licences of the data',
    "gordon-data's own licence is Apache-2.0 and covers the program. The rows belong to their publishers, and these are the terms that are known, as of 2026-11.\n" +
      'This is no legal advice: read the originals before you rely on it. What nobody here has read is "not verified". `npm run licences` writes this page from\n' +
      '`functions/core/licences/licences.ts`.',
    [
      '| publisher | terms | of | known | in short |',
      '|---|---|---|---|---|',
      ...all.map(
        ({ publisher, title, url, dated, basis, summary }) =>
          `| ${publisher} | ${url === null ? (title ?? (basis === 'none' ? 'none found' : 'not verified')) : `[${title}](${url})`} | ${dated ?? (basis === 'none' ? '' : 'not verified')} | ${BASIS[basis]} | ${summary} |`,
      ),
    ].join('\n'),
    '## Clauses',
    [
      '| publisher | storing | training of models | passing on | commercial use |',
      '|---|---|---|---|---|',
      ...all.map(
        ({ publisher, storing, training, redistribution, commercial }) =>
          `| ${publisher} | ${storing} | ${training} | ${redistribution} | ${commercial} |`,
      ),
    ].join('\n'),
    '## What to show',
    'Wherever the data are shown:',
    all
      .flatMap(({ attribution, notice }) => [attribution, ...(notice ? [notice] : [])])
      .map((text) => `- ${text}`)
      .join('\n'),
    '## Sources',
    [
      '| source | publisher |',
      '|---|---|',
      ...Object.entries(LICENCE_OF_SOURCE).map(
        ([source, id]) => `| \`${source}\` | ${LICENCES[id].publisher} |`,
      ),
    ].join('\n'),
    '## FRED',
    'Its terms, as they are quoted, forbid to store its data in a database, which is what this program does. So `macro` is opt-in twice: it needs a key of your own\n' +
      '(`FRED_API_KEY`), and the command line and `gordon-data mcp` show the clauses before they order it. On a terminal they ask once, and `.gordon/fred-terms.json`\n' +
      'remembers the answer; elsewhere `GORDON_ACCEPT_FRED_TERMS=1` accepts, and without it the order is refused and `seed` skips the stage. Simulated data need no\n' +
      'acceptance. An order that goes to the API by other means is accepted with the key alone.',
    '`SP500` and `VIXCLS` belong to S&P Dow Jones Indices and Cboe. They are loaded only where an order names them: `gordon-data backfill macro trigger --symbols SP500`.',
    '',
  ].join('\n\n');
