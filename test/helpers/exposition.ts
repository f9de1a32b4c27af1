/** A metric as a scraper reads it. */
export interface ReadMetric {
  readonly type: string;
  readonly help: string;
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/;

/**
 * Reads Prometheus' text format as strictly as its description is written. The series of a histogram stand under their own names.
 * @throws Error for whatever a scraper would refuse
 */
export function readExposition(text: string): Map<string, ReadMetric> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end');
  const metrics = new Map<string, ReadMetric>();
  const seen = new Set<string>();
  let family: { name: string; type: string; help: string } | undefined;
  for (const line of text.split('\n').slice(0, -1)) {
    const help = new RegExp(`^# HELP (${NAME}) (.*)$`).exec(line);
    const type = new RegExp(`^# TYPE (${NAME}) (gauge|counter|histogram)$`).exec(line);
    if (help) {
      if (metrics.has(help[1]!)) throw new Error(`twice: ${help[1]}`);
      family = { name: help[1]!, help: help[2]!, type: '' };
    } else if (type) {
      if (!family || family.name !== type[1]) throw new Error(`a type without its help: ${line}`);
      family.type = type[2]!;
      metrics.set(family.name, { type: family.type, help: family.help, samples: [] });
    } else {
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (!name || !family || family.type === '') throw new Error(`no sample: ${line}`);
      const own = family.name;
      const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (!suffixes.some((suffix) => name === own + suffix)) throw new Error(`of another family: ${line}`);
      if (seen.has(`${name}{${labels}}`)) throw new Error(`a series twice: ${line}`);
      seen.add(`${name}{${labels}}`);
      const of = metrics.get(name) ?? { type: family.type, help: family.help, samples: [] };
      of.samples.push({ labels: readLabels(labels), value: readNumber(value!) });
      metrics.set(name, of);
    }
  }
  return metrics;
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== ''; ) {
    const [all, name, value] = LABEL.exec(rest) ?? [];
    if (all === undefined || name! in labels) throw new Error(`labels: ${text}`);
    labels[name!] = value!.replaceAll(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
    rest = rest.slice(all.length);
  }
  return labels;
}

function readNumber(text: string): number {
  const value = Number(text.replace(/^([+-]?)Inf$/, '$1Infinity'));
  if (Number.isNaN(value) && text !== 'NaN') throw new Error(`no number: ${text}`);
  return value;
}
