/** Work goes on for this long before the browser has its turn, ms: a frame has 16. */
const SLICE_MS = 10;

/** Lets the browser draw and react. */
const pause = (): Promise<void> =>
  new Promise((resume) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resume();
    };
    port2.postMessage(undefined);
  });

/** Begins a slice. @returns what waits for the next one where this one has lasted long enough */
export function slices(now: () => number = () => performance.now()): () => Promise<void> | undefined {
  let began = now();
  return () => {
    if (now() - began < SLICE_MS) return undefined;
    return pause().then(() => {
      began = now();
    });
  };
}

/** A shorter text is parsed at once. */
const LONG = 200_000;
/** Characters between two looks at the clock. */
const STRIDE = 20_000;

/** Parses JSON; a long array element by element, between which the browser has its turn. @throws SyntaxError */
export async function parseInSlices(text: string): Promise<unknown> {
  if (text.length < LONG || !text.startsWith('[')) return JSON.parse(text);
  const due = slices();
  const elements: unknown[] = [];
  let [depth, begin, looked] = [0, 1, 0];
  let inString = false;
  for (let i = 1; i < text.length; i++) {
    if (i - looked > STRIDE) {
      looked = i;
      await due();
    }
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || (code === CLOSE_BRACKET && depth > 0)) depth--;
    else if (depth === 0 && (code === COMMA || code === CLOSE_BRACKET)) {
      elements.push(JSON.parse(text.slice(begin, i)));
      begin = i + 1;
      await due();
    }
  }
  // What is cut off, or goes on after the array, is an error like any other.
  if (text.slice(begin).trim() !== '' || text[begin - 1] !== ']') return JSON.parse(text);
  return elements;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
