/**
 * `npm run model`: checks the models of leases, waves and cancellations with TLC, and that it notices the faults that are planted in
 * them. Exit code 1: a property does not hold, or a fault was not noticed; 3: Java or TLC is missing, and nothing was checked.
 */
import { MODELS } from './models.ts';
import { check, findTlc } from './tlc.ts';

const tlc = await findTlc(process.env);
if ('missing' in tlc) {
  console.error(`Nothing was checked. Missing: ${tlc.missing}`);
  process.exit(3);
}
const began = performance.now();
let failed = false;
const line = (ok: boolean, text: string): void => {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${text}`);
  if (!ok) failed = true;
};
for (const model of MODELS) {
  const { broken, states, output } = await check(tlc.jar, model);
  line(broken === undefined, `${model.config}: ${model.what}; ${states.toLocaleString('en')} states`);
  if (broken !== undefined) console.log(output);
  for (const { fault, breaks } of model.planted) {
    const found = await check(tlc.jar, model, fault);
    line(found.broken === breaks, `   "${fault}" breaks ${found.broken ?? 'nothing'}`);
  }
}
console.log(`${Math.round((performance.now() - began) / 1000)} s`);
process.exitCode = failed ? 1 : 0;
