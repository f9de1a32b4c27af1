import { describe, expect, it } from 'vitest';
import { FetchProgress } from '../../../functions/core/fetch/fetch-progress.ts';
import type { Page } from '../../../functions/core/ledger/coverage.ts';

const span = (start: number, end: number) => ({ start, end });
const page = (more: Partial<Page>, source = 'own'): { page: Page } => ({
  page: {
    series: { source, symbol: 'X', timeframe: '1h' },
    rows: { length: 0, times: new Float64Array(), columns: [] },
    have: [],
    empty: [],
    findings: [],
    object: 'page',
    ...more,
  },
});

describe('the progress of a fetch', () => {
  it('loses from what is missing all that a page accounts for', () => {
    const progress = new FetchProgress('own', [span(0, 100)]);
    progress.add(page({ have: [span(0, 10)] }));
    progress.add(page({ provisional: [span(90, 100)] }));
    progress.add(page({ empty: [{ span: span(10, 20), reason: 'venue-outage', evidence: [] }] }));
    progress.add(page({ unproven: [{ span: span(20, 30), code: 'x', message: 'x', evidence: [] }] }));
    expect(progress.missing).toEqual([span(20, 90)]);
  });

  it('loses nothing to the pages of siblings', () => {
    const progress = new FetchProgress('own', [span(0, 100)]);
    progress.add(page({ have: [span(0, 10)] }, 'sibling'));
    expect(progress.missing).toEqual([span(0, 100)]);
  });

  it('keeps requests and objects in order, and changes no span that was read from it', () => {
    const progress = new FetchProgress('own', [span(0, 100)]);
    const before = progress.missing;
    const [first, second] = [1, 2].map((at) => ({ what: `GET ${at}`, status: 200, at })) as [never, never];
    progress.add({ request: first });
    progress.add({ object: { span: span(0, 5), outcome: 'read', request: first } });
    progress.add({ request: second });
    progress.add(page({ have: [span(0, 100)] }));
    expect(progress.requests).toEqual([first, second]);
    expect(progress.objects).toEqual([{ span: span(0, 5), outcome: 'read', request: first }]);
    expect(before).toEqual([span(0, 100)]);
    expect(progress.missing).toEqual([]);
  });
});
