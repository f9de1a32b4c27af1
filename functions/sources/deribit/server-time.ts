/** The members behind `result`; a summary is a megabyte. */
const TAIL_BYTES = 512;

/** When Deribit sent an answer, by the member `usOut` behind its result; epoch ms. Undefined where it has none. */
export function serverTimeIn(body: Uint8Array): number | undefined {
  const tail = new TextDecoder().decode(body.subarray(-TAIL_BYTES));
  const micros = Number(/"usOut"\s*:\s*(\d{13,})\b/.exec(tail)?.[1]);
  return Number.isFinite(micros) ? Math.floor(micros / 1_000) : undefined;
}
