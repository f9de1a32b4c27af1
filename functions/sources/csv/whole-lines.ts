const LF = 10;
const NOTHING = new Uint8Array();

/** Far longer than any line of these files. Without a bound, a binary file would be held in memory as a whole. */
const LONGEST_LINE = 1 << 16;

/**
 * Cuts a stream of bytes at line ends: what `push` gives are whole lines, whatever the pieces' borders.
 * Lines are not copied, except one that lies across a border.
 */
export class WholeLines {
  #carry: Uint8Array = NOTHING;

  /** @returns pieces that end with a line feed, in order; undefined where a line is too long to be one */
  push(bytes: Uint8Array): readonly Uint8Array[] | undefined {
    const last = bytes.lastIndexOf(LF) + 1;
    if (last === 0) {
      this.#carry = join(this.#carry, bytes);
      return this.#carry.length > LONGEST_LINE ? undefined : [];
    }
    const pieces: Uint8Array[] = [];
    let from = 0;
    if (this.#carry.length > 0) {
      from = bytes.indexOf(LF) + 1;
      pieces.push(join(this.#carry, bytes.subarray(0, from)));
    }
    if (from < last) pieces.push(bytes.subarray(from, last));
    // A copy, which `slice` of a Buffer is not: the bytes hold no longer than the call.
    this.#carry = new Uint8Array(bytes.subarray(last));
    return pieces;
  }

  /** The last line where the file does not end with a line feed. */
  end(): Uint8Array {
    const rest = this.#carry;
    this.#carry = NOTHING;
    return rest;
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
