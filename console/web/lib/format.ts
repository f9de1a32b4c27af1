/** Words and numbers as people read them; times are UTC. */
const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const count = (n: number): string => numbers.format(n);
export const short = (n: number): string => compact.format(n);
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** Downward: 100 % means all of it. */
export const percent = (share: number): string =>
  `${(Math.floor(share * 1_000) / 10).toFixed(share < 1 ? 1 : 0)} %`;

export const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
export const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** `2025-03-01`, or with its time where that is not midnight. */
export const moment = (text: string | number | null): string => {
  if (text === null) return '–';
  const at = new Date(text).getTime();
  return at % 86_400_000 === 0 ? day(at) : minute(at);
};

export const rangeText = (from: string | number, to: string | number): string =>
  `${moment(from)} to ${moment(to)}`;

export function duration(seconds: number | null): string {
  if (seconds === null) return '–';
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3_600) return both(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86_400) return both(Math.floor(s / 3_600), 'h', Math.floor((s % 3_600) / 60), 'min');
  return `${(s / 86_400).toFixed(1)} days`;
}

const both = (large: number, unit: string, small: number, smaller: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smaller}`;

export const ago = (at: number, now: number): string => `${duration(Math.max(0, (now - at) / 1_000))} ago`;

/** `completed_with_gaps` → `completed with gaps` */
export const words = (name: string): string => name.replaceAll(/[_-]/g, ' ');

/** As the API takes it, without milliseconds that are none. */
export const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `812 B`, `24.6 kB`, `1.3 GB`; of a thousand each */
export function bytes(n: number): string {
  const power = n < 1_000 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(n) / 3));
  return `${power === 0 ? n : (n / 1_000 ** power).toFixed(1)} ${BYTES[power]}`;
}
