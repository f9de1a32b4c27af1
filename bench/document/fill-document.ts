import { readFileSync, writeFileSync } from 'node:fs';

/** Writes texts between `<!-- name -->` and `<!-- /name -->`. @throws Error when the document lacks a pair of marks */
export function fillDocument(file: string, texts: Readonly<Record<string, string>>): void {
  let text = readFileSync(file, 'utf8');
  for (const [name, value] of Object.entries(texts)) {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const from = text.indexOf(open);
    const to = text.indexOf(close);
    if (from < 0 || to < from) throw new Error(`${file} has no marks for "${name}"`);
    text = `${text.slice(0, from + open.length)}\n${value}\n${text.slice(to)}`;
  }
  writeFileSync(file, text);
}
