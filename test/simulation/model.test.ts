import { describe, expect, it } from 'vitest';
import { MODELS } from '../../bench/model/models.ts';
import { check, findTlc, type Tlc } from '../../bench/model/tlc.ts';

// Java and TLC are not part of the repository: a machine without them skips this.
const tlc: Tlc = await findTlc(process.env);
const jar = 'jar' in tlc ? tlc.jar : '';
if ('missing' in tlc) console.warn(`The models are not checked. Missing: ${tlc.missing}`);

describe.skipIf(jar === '').each(MODELS)('the model $config', (model) => {
  it('holds', async () => {
    const { broken, states } = await check(jar, model);
    expect(broken).toBeUndefined();
    expect(states).toBeGreaterThan(1_000);
  }, 300_000);

  it('notices a planted fault', async () => {
    const { fault, breaks } = model.planted[0]!;
    expect((await check(jar, model, fault)).broken).toBe(breaks);
  }, 300_000);
});
