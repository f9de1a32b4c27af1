/** `1,051,200` */
export const count = (n: number): string => n.toLocaleString('en-US');

/** An instant of the API as people read it: `2025-11-21 00:00`, seconds only where there are any. UTC. */
export function time(iso: string | null): string {
  if (iso === null) return '-';
  const text = new Date(iso).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, text.slice(17, 19) === '00' ? 16 : 19)}`;
}

/** To the second, `2025-11-21 00:00:00`: for the report, whose instants people paste into queries. UTC. */
export const exactTime = (iso: string | null): string =>
  iso === null ? '-' : new Date(iso).toISOString().slice(0, 19).replace('T', ' ');

/** The same as `time`, only the day where it is midnight: for tables that are wide already. */
export const dayOrTime = (iso: string): string => time(iso).replace(/ 00:00$/, '');

interface Span {
  readonly from: string;
  readonly to: string;
}

export const span = (range: Span): string => `${time(range.from)} to ${time(range.to)}`;
export const exactSpan = (range: Span): string => `${exactTime(range.from)} to ${exactTime(range.to)}`;

/** `45s`, `3m 05s`, `2h 07m`, `1d 04h` */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s < 60) return `${s}s`;
  if (s < 3_600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
  if (s < 86_400) return `${Math.floor(s / 3_600)}h ${two(Math.floor((s % 3_600) / 60))}m`;
  return `${Math.floor(s / 86_400)}d ${two(Math.floor((s % 86_400) / 3_600))}h`;
}

/** Seconds that were measured: `7.3`; tenths mean nothing from a hundred on. */
export const seconds = (s: number): string => (s < 100 ? s.toFixed(1) : count(Math.round(s)));

/** Rounded down: 100% means all of it. */
export const percent = (share: number): string => `${Math.floor(share * 100)}%`;

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** At most `most` of a list of words, and how many others there are. */
export function few(words: readonly string[], most: number): string {
  if (words.length <= most) return words.join(', ');
  return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
}

/** `0`, `812 B`, `24.6 kB`, `1.3 GB`; of a thousand each */
export function bytes(n: number): string {
  if (n === 0) return '0';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(n) / 3));
  return `${power === 0 ? n : (n / 1_000 ** power).toFixed(1)} ${units[power]}`;
}
