import type { Paint, Style } from '../terminal.ts';

const STYLES: Readonly<Record<string, Style>> = {
  ERROR: 'red',
  CRITICAL: 'red',
  WARN: 'yellow',
  DEBUG: 'dim',
};

/** Keys of no use to a person who reads one log of one program. */
const UNSEEN = new Set(['level', 'message', 'timestamp', 'service', 'sampling_rate', 'xray_trace_id']);

/** A line of the host's log as people read it; one that is not an event, such as the word of a library, stays as it is. */
export function logLine(line: string, paint: Paint): string {
  const event = eventOf(line);
  if (!event) return line;
  const { level = '', message = '', timestamp = '' } = event as Record<string, string>;
  const style = STYLES[level];
  const facts = Object.entries(event)
    .filter(([key]) => !UNSEEN.has(key))
    .map(([key, value]) => `${key}=${textOf(value)}`);
  const at = timestamp.replace('T', ' ').replace(/\.\d+Z$/, '');
  const word = level.padEnd(5);
  return [at, style ? paint(style, word) : word, message, ...facts.map((fact) => paint('dim', fact))].join(
    ' ',
  );
}

/** Whether the line is about the job: its id is in it, under whichever key. */
export const isAbout = (line: string, job: string): boolean => line.includes(`"${job}"`);

function eventOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** An error by its name and message: its stack is in the log itself. */
function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value && 'name' in value) {
    return `${String(value.name)}: ${String(value.message)}`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
