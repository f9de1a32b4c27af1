import type { CheckResult, ProbeResult } from '../../functions/core/probe/run-checks.ts';
import { iso } from '../../functions/core/time/time.ts';
import { plural } from '../format/values.ts';
import { withoutPrivate } from './private.ts';

/** Whom the requests went to. */
export interface Addresses {
  readonly simulated: boolean;
  /** variables that point hosts elsewhere; their values stay private */
  readonly elsewhere: readonly string[];
}

/** The document that is pasted into an issue, as one JSON object. It names nothing of the machine that it was made on. */
export interface ProbeReport {
  readonly probe: 'gordon-data probe 1';
  readonly version: string;
  readonly made_at: string;
  readonly simulated: boolean;
  readonly addresses_elsewhere: readonly string[];
  readonly holds: number;
  readonly differs: number;
  readonly unknown: number;
  readonly unreachable: readonly { readonly host: string; readonly why: string }[];
  readonly checks: readonly {
    readonly id: string;
    readonly venue: string;
    readonly proves: string;
    readonly sources: readonly string[];
    readonly outcome: CheckResult['outcome'];
    readonly details: readonly string[];
  }[];
}

export function reportOf(
  { results, unreachable }: ProbeResult,
  { simulated, elsewhere }: Addresses,
  facts: { readonly version: string; readonly now: number; readonly privateWords: readonly string[] },
): ProbeReport {
  const clean = (text: string): string => withoutPrivate(text, facts.privateWords);
  const count = (outcome: CheckResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return {
    probe: 'gordon-data probe 1',
    version: facts.version,
    made_at: iso(facts.now),
    simulated,
    addresses_elsewhere: elsewhere,
    holds: count('holds'),
    differs: count('differs'),
    unknown: count('unknown'),
    unreachable: unreachable.map(({ env, url, why }) => {
      // Nothing was sent to its own address.
      const host = elsewhere.includes(env) ? `${url} (${env} points elsewhere)` : url;
      return { host, why: clean(why) };
    }),
    checks: results.map(({ check: { id, venue, proves, sources }, outcome, details }) => {
      return { id, venue, proves, sources, outcome, details: details.map(clean) };
    }),
  };
}

/** True where everything holds, and every host answered. */
export const isSound = ({ differs, holds, unreachable }: ProbeReport): boolean =>
  differs === 0 && unreachable.length === 0 && holds > 0;

const addressLine = ({ simulated, addresses_elsewhere: elsewhere }: ProbeReport): string => {
  if (simulated) return 'SIMULATED venues: this says nothing about the live ones.';
  return elsewhere.length > 0
    ? `Not at the venue's own address: ${elsewhere.join(', ')}.`
    : "At the venues' own addresses.";
};

/** The report as Markdown. */
export function reportLines(report: ProbeReport): string[] {
  const { checks, unreachable } = report;
  const of = (outcome: CheckResult['outcome']) => checks.filter((check) => check.outcome === outcome);
  const venues = Array.from(
    Map.groupBy(checks, ({ venue }) => venue),
    ([venue, own]) => {
      const count = (outcome: CheckResult['outcome']) => own.filter((one) => one.outcome === outcome).length;
      return `| ${venue} | ${count('holds')} | ${count('differs')} | ${count('unknown')} |`;
    },
  );
  const differing = of('differs').flatMap(({ id, proves, details }) => [
    `- ${id}, expected: ${proves}`,
    ...details.map((detail) => `  - ${detail}`),
  ]);
  const reasons = Map.groupBy(of('unknown'), ({ venue, details }) => `${venue}: ${details.join('; ')}`);
  const unknown = [
    ...unreachable.map(({ host, why }) => `- ${host}: ${why}`),
    ...Array.from(reasons)
      .filter(([reason]) => !unreachable.some(({ host }) => reason.includes(host.split(' ')[0]!)))
      .map(([reason, same]) => `- ${reason} (${plural(same.length, 'check')})`),
  ];
  return [
    `# gordon-data probe, version ${report.version}, ${report.made_at}`,
    '',
    addressLine(report),
    '',
    '| venue | holds | differs | not known |',
    '|---|---:|---:|---:|',
    ...venues,
    ...section('Differs', differing),
    ...section('Could not be queried', unknown),
    ...section(
      'Holds',
      of('holds').map(({ id, details }) => `- ${id}: ${details.join('; ')}`),
    ),
    '',
    verdictLine(report),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? ['', `## ${title}`, '', ...lines] : [];

export const verdictLine = ({ holds, differs, unknown }: ProbeReport): string =>
  `${plural(holds + differs + unknown, 'check')}: ${holds} hold, ${differs} differ, ${unknown} not known.`;
