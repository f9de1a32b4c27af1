/** Each piece is a way to another thread and back: a month of minutes is six megabytes, and zlib's own pieces 16 KiB. */
export const PIECE = 1024 * 1024;

/**
 * Gives a piece's memory back now. What waits for the collector calls it: V8 marks the whole heap again for every 64 MB of
 * buffers, and a symbol-year is 77 MB of text.
 */
export function free(piece: Uint8Array): void {
  const { buffer, byteLength } = piece;
  // A piece that ends before its buffer does lies where the stream may still write.
  if (byteLength === PIECE && buffer.byteLength === PIECE) (buffer as ArrayBuffer).transfer(0);
}
