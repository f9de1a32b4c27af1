/** Deterministic noise, random access: value `i` of a stream is computed from its number alone. */

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;
const utf8 = new TextEncoder();

/** Any seed as 32 bits (FNV-1a of its bytes in UTF-8). */
export function seedOf(seed: string | number): number {
  const text = String(seed);
  let h = OFFSET;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    // Nearly all seeds are ASCII, whose characters are their bytes.
    if (code > 0x7f) return hashOf(utf8.encode(text));
    h = Math.imul(h ^ code, PRIME);
  }
  return h >>> 0;
}

function hashOf(bytes: Uint8Array): number {
  let h = OFFSET;
  for (const byte of bytes) h = Math.imul(h ^ byte, PRIME);
  return h >>> 0;
}

/** 32 well mixed bits of (stream, index); integers of any size up to 2^53. */
export function hash32(stream: number, index: number): number {
  const high = Math.floor(index / 0x100000000);
  let h =
    Math.imul(stream ^ 0x9e3779b9, 0x85ebca6b) ^
    Math.imul(index | 0, 0xc2b2ae35) ^
    Math.imul(high, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** `[0, 1)` */
export const unit = (stream: number, index: number): number => hash32(stream, index) / 0x100000000;

/** A separate stream for a named purpose: `stream(seed, 'um', 'BTCUSDT', 'volume')`. */
export function streamOf(seed: number, ...names: readonly string[]): number {
  return seedOf(`${seed}/${names.join('/')}`);
}

/** Smooth noise in `[-1, 1]` with one independent value every `scale` units of `at`. */
export function smooth(stream: number, at: number, scale: number): number {
  const cell = Math.floor(at / scale);
  const f = at / scale - cell;
  const a = unit(stream, cell);
  const b = unit(stream, cell + 1);
  return 2 * (a + (b - a) * f * f * (3 - 2 * f)) - 1;
}
