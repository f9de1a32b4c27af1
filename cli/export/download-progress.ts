import { SECOND } from '../../functions/core/time/time.ts';
import type { Download } from '../api/download.ts';
import { count, duration } from '../format/values.ts';
import { say, type Terminal } from '../terminal.ts';

const PICTURE_EVERY = SECOND / 4;
const LINE_EVERY = 5 * SECOND;

export interface DownloadProgress extends Disposable {
  /** says, once, that the file has to be made first */
  making(): void;
  /** the pieces of a download, counted */
  follow(found: Download): AsyncIterable<Uint8Array>;
}

/** Follows a download on the side: one line that changes on a terminal, lines for a file. Nothing where the rows go to standard output. */
export function downloadProgress({ err, clock }: Terminal, out: string | undefined): DownloadProgress {
  let began: number | undefined;
  let shownAt = clock();
  let shown = false;
  const show = (line: string): void => {
    if (out === undefined) return;
    shownAt = clock();
    if (err.isTTY) err.write(`\r${line}\u001b[K`);
    else say(err, line);
    shown ||= err.isTTY === true;
  };
  return {
    making() {
      if (began === undefined || err.isTTY) {
        began ??= clock();
        show(`the file is being made: ${duration((clock() - began) / SECOND)}`);
      }
    },
    async *follow({ pieces, bytes: all }) {
      let bytes = 0;
      for await (const piece of pieces) {
        bytes += piece.length;
        if (clock() - shownAt >= (err.isTTY ? PICTURE_EVERY : LINE_EVERY)) {
          show(`${count(bytes)}${all === undefined ? '' : ` of ${count(all)}`} bytes`);
        }
        yield piece;
      }
    },
    [Symbol.dispose]() {
      if (shown) err.write('\r\u001b[K');
      shown = false;
    },
  };
}
