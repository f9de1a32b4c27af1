import { JSONB_VERSION } from './copy-values.ts';

const FIRST_BYTES = 64 * 1024;

/** A buffer that is doubled when it is full. */
export class Growing {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #used = 0;
  view = new DataView(this.#bytes.buffer);

  get size(): number {
    return this.#used;
  }

  room(bytes: number): DataView {
    if (this.#used + bytes > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(2 * this.#bytes.length + bytes);
      this.#bytes.copy(grown, 0, 0, this.#used);
      this.#bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return this.view;
  }

  /** @returns where the bytes go; `room` must have made space for them */
  claim(bytes: number): number {
    this.#used += bytes;
    return this.#used - bytes;
  }

  text(text: string, versioned: boolean): void {
    // UTF-8 takes three bytes at most for each unit of a JavaScript string.
    this.room(5 + 3 * text.length);
    const length = this.claim(4);
    if (versioned) this.view.setUint8(this.claim(1), JSONB_VERSION);
    this.#used += this.#bytes.write(text, this.#used);
    this.view.setInt32(length, this.#used - length - 4);
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.#used);
  }
}
