import type { Answer } from '../../../../functions/core/api/operations.ts';
import { moment, rangeText, words } from '../../lib/format.ts';
import type { Shade } from '../data.ts';

interface Props {
  readonly shades: readonly Shade[];
  readonly findings: Answer<'findings'>;
}

const SHOWN = 10;

/** What the shades and markers of a chart stand for. */
export const Notes = ({ shades, findings }: Props) => (
  <>
    {shades.length > 0 && (
      <ul class="notes" aria-label="Times without rows">
        {shades.slice(0, SHOWN).map((shade) => (
          <li key={shade.from} class={shade.kind}>
            {`${rangeText(shade.from, shade.to)}: ${shade.kind}, ${shade.why}`}
          </li>
        ))}
        {shades.length > SHOWN && <li>{`and ${shades.length - SHOWN} more`}</li>}
      </ul>
    )}
    {findings.length > 0 && (
      <ul class="notes" aria-label="Findings">
        {findings.slice(0, SHOWN).map((finding) => (
          <li key={`${finding.kind} ${finding.time} ${finding.object}`}>
            {`${finding.time ? moment(finding.time) : 'the object'}: ${words(finding.kind)} `}
            <code>{finding.object}</code>
          </li>
        ))}
        {findings.length > SHOWN && <li>{`and ${findings.length - SHOWN} more`}</li>}
      </ul>
    )}
  </>
);
