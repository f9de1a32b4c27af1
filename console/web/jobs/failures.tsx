import type { Answer } from '../../../functions/core/api/operations.ts';
import { plural } from '../lib/format.ts';
import { failureGroups, reasonOf } from './outcome.ts';

type Job = Answer<'getJob'>;

/** Why the job did not succeed: on top, and each error once. */
export function Failures({ job }: { readonly job: Job }) {
  const groups = failureGroups(job);
  const reason = reasonOf(job);
  if (groups.length === 0 && !reason) return null;
  const isBad = groups.length > 0 || job.status === 'failed';
  return (
    <div class={isBad ? 'notice bad' : 'notice'}>
      {reason && <p>{reason}</p>}
      {groups.map(({ code, message, chunks }) => (
        <div key={`${code} ${message}`}>
          <p>
            <b>{chunks.length === 1 ? chunks[0] : `${plural(chunks.length, 'chunk')}, the same error`}</b>
            {`: ${message} `}
            <code>{code}</code>
          </p>
          {chunks.length > 1 && (
            <details>
              <summary>Which chunks</summary>
              <p>{chunks.join(', ')}</p>
            </details>
          )}
        </div>
      ))}
    </div>
  );
}
