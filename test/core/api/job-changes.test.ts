import { describe, expect, it } from 'vitest';
import { JobChanges } from '../../../functions/core/api/jobs/changes.ts';
import { job, summary } from '../../cli/support/samples.ts';

const at = (id: string, over: Parameters<typeof job>[0] = {}) =>
  summary(job({ id, status: 'succeeded', ...over }));
const idsOf = (found: readonly { readonly job: { readonly id: string } }[] | undefined) =>
  found?.map(({ job }) => job.id);

describe('changes of jobs', () => {
  it('are those that are new or other than before, each with an id of its own', () => {
    const changes = new JobChanges('E');
    expect(changes.note([at('A'), at('B', { status: 'running' })], false)).toHaveLength(2);
    expect(changes.note([at('A'), at('B', { status: 'running' })], false)).toEqual([]);
    const ended = at('B', { rows: 5 });
    expect(changes.note([at('A'), ended], false)).toEqual([{ id: 'E.3', job: ended }]);
    expect(changes.id).toBe('E.3');
  });

  it('are known after an event of the same process, each job once and as it is now', () => {
    const changes = new JobChanges('E');
    changes.note([at('A', { status: 'running' }), at('B')], false);
    const after = changes.id;
    changes.note([at('A', { status: 'running', phase: 'x', wave: 2, rows: 3 }), at('C')], false);
    changes.note([at('A', { rows: 7 })], false);
    expect(changes.since(after)?.map(({ job }) => [job.id, job.rows_fetched])).toEqual([
      ['C', 0],
      ['A', 7],
    ]);
    expect(changes.since(changes.id)).toEqual([]);
    for (const id of [undefined, '', 'other.1', 'E', 'E.', 'E.x', 'E.-1', 'E.999']) {
      expect([id, changes.since(id)]).toEqual([id, undefined]);
    }
  });

  it('are not known any more where jobs may have come and gone unseen', () => {
    const changes = new JobChanges('E');
    changes.note([at('A'), at('B')], true);
    const before = changes.id;
    changes.note([at('B'), at('C')], true);
    expect(idsOf(changes.since(before))).toEqual(['C']);
    // A whole page of others: those between are not on it.
    changes.note([at('X'), at('Y')], true);
    expect(changes.since(before)).toBeUndefined();
    expect(changes.since(changes.id)).toEqual([]);
  });

  it('are remembered of so many jobs, and of each that is at work', () => {
    const changes = new JobChanges('E', 2);
    changes.note([at('A', { status: 'running' })], false);
    const before = changes.id;
    changes.note([at('B'), at('C')], false);
    expect(idsOf(changes.since(before))).toBeUndefined();
    expect(changes.active).toEqual(['A']);
    expect(idsOf(changes.since('E.2'))).toEqual(['C']);
  });
});
