/**
 * `npm run wasm`: compiles candle-rows.as and writes candle-rows.wasm.ts beside it. A test compiles it as well and compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const FOLDER = new URL('../../functions/sources/binance/klines/', import.meta.url);
export const WASM_MODULE = new URL('candle-rows.wasm.ts', FOLDER);
const SOURCE = new URL('candle-rows.as', FOLDER);

/** What `WASM_MODULE` should be. @throws Error with the compiler's messages */
export async function compileModule(): Promise<string> {
  const text = readFileSync(SOURCE, 'utf8');
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['candle-rows.ts', '--outFile', 'candle-rows.wasm', '--runtime', 'stub', '-O3', '--converge'],
    {
      readFile: (name) => (name === 'candle-rows.ts' ? text : null),
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') wasm = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !wasm) throw new Error(`candle-rows.as does not compile: ${stderr.toString()}`);
  return moduleOf(Buffer.from(wasm).toString('base64'));
}

const moduleOf = (
  base64: string,
): string => `/** Made of candle-rows.as by \`npm run wasm\`: ${Buffer.from(base64, 'base64').length} bytes. */
export const CANDLE_ROWS_WASM =
  '${base64}';
`;

if (import.meta.main) writeFileSync(WASM_MODULE, await compileModule());
