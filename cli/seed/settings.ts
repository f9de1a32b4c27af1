import { didYouMean } from '../../functions/core/series/names/closest.ts';
import { addYears, DAY, floorTo, iso, parseInstant } from '../../functions/core/time/time.ts';
import { badInput } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { readTime, WHEN } from '../times.ts';
import { type Stage, stages, wordOf } from './stages.ts';

/** What stands on the command line; it goes before the environment. */
export interface SeedFlags {
  readonly from?: string;
  readonly to?: string;
  readonly symbols?: readonly string[];
  readonly skip?: readonly string[];
  readonly demo?: boolean;
}

export interface SeedSettings {
  readonly from: string;
  /** absent: until now */
  readonly to?: string;
  readonly symbols?: readonly string[];
  /** the clock when it was made, epoch ms */
  readonly now: number;
  readonly stages: readonly Stage[];
}

/**
 * Range, symbols and stages of a seed. The range is the year until now; for the demo the year until midnight, so that
 * two demos of a day load the same.
 * @throws CliError exit code 2, naming the variable or flag
 */
export function seedSettings(flags: SeedFlags, env: Terminal['env'], now: number): SeedSettings {
  refuseUnknownSkips(env);
  const midnight = floorTo(now, DAY);
  const from = instantOf(flags.from ?? env.FROM_DATE, 'FROM_DATE', now) ?? addYears(midnight, -1);
  const to = instantOf(flags.to ?? env.TO_DATE, 'TO_DATE', now) ?? (flags.demo ? midnight : undefined);
  if (from >= (to ?? now)) {
    throw badInput(
      `FROM_DATE ${iso(from)} must lie before ${to === undefined ? 'now' : `TO_DATE ${iso(to)}`}`,
    );
  }
  const symbols = flags.symbols ?? symbolsOf(env.SYMBOLS);
  return {
    from: iso(from),
    ...(to !== undefined && { to: iso(to) }),
    ...(symbols && { symbols }),
    now,
    stages: stages.filter((stage) => (flags.demo || !stage.demoOnly) && !isSkipped(stage, flags.skip, env)),
  };
}

function instantOf(given: string | undefined, name: string, now: number): number | undefined {
  if (given === undefined) return undefined;
  const read = readTime(given, now);
  const at = read === undefined ? undefined : parseInstant(read);
  if (at === undefined) throw badInput(`${name} is "${given}": write ${WHEN}`);
  return at;
}

function symbolsOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const words = text.split(',').map((word) => word.trim());
  if (words.every(Boolean)) return words;
  throw badInput(`SYMBOLS is "${text}": write symbols with commas between them, or leave it unset`);
}

function isSkipped(stage: Stage, flag: readonly string[] = [], env: Terminal['env']): boolean {
  const { family, skip } = stage;
  const value = env[skip] ?? '0';
  if (!['0', '1', ''].includes(value))
    throw badInput(`${skip} is "${value}": write 1 to leave ${family} out, or 0`);
  return value === '1' || flag.includes(family) || flag.includes(wordOf(stage));
}

/** A mistyped one would load what was to be left out. */
function refuseUnknownSkips(env: Terminal['env']): void {
  const known = [...new Set(stages.map(({ skip }) => skip))];
  const unknown = Object.keys(env).find((name) => name.startsWith('SKIP_') && !known.includes(name));
  if (unknown === undefined) return;
  const meant = didYouMean(unknown, known) || `Use ${known.join(', ')}.`;
  throw badInput(`${unknown} leaves out no stage. ${meant}`);
}
