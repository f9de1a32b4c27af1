import { useState } from 'preact/hooks';
import { DOWNLOADS, type Selection, snippetsOf, urlOf } from './copy.ts';

/** The rows of the chart for a notebook, a shell or a spreadsheet. */
export function CopyAs({ selection }: { readonly selection: Selection }) {
  const [shown, setShown] = useState('curl');
  const [copied, setCopied] = useState('');
  const snippets = snippetsOf(selection);
  const text = snippets[shown]!;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(text);
    } catch {
      // The browser refuses it, as on a page without TLS: the text can be selected.
      setCopied('');
    }
  };
  return (
    <details>
      <summary>Copy as…</summary>
      <p class="actions">
        {Object.keys(snippets).map((name) => (
          <button type="button" key={name} aria-pressed={name === shown} onClick={() => setShown(name)}>
            {name}
          </button>
        ))}
        {Object.entries(DOWNLOADS).map(([format, name]) => (
          <a class="button" key={format} href={urlOf(selection, format)} download>
            Download {name}
          </a>
        ))}
      </p>
      <pre class="snippet">{text}</pre>
      <button type="button" onClick={() => void copy()}>
        {copied === text ? 'Copied' : 'Copy'}
      </button>
    </details>
  );
}
