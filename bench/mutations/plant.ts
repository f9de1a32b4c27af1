/** Loaded before a program, `node --import`: plants the fault that `GORDON_MUTATION` names as its file is loaded. */
import { registerHooks } from 'node:module';
import { MUTATIONS } from '../../simulation/mutations/index.ts';
import { mutate } from '../../simulation/mutations/mutation.ts';

const id = process.env.GORDON_MUTATION;
const mutation = MUTATIONS.find((one) => one.id === id);
if (!mutation) throw new Error(`GORDON_MUTATION=${id}: there is no such fault`);
const planted = new URL(`../../${mutation.file}`, import.meta.url).href;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== planted || loaded.source === undefined || loaded.source === null) return loaded;
    const text =
      typeof loaded.source === 'string'
        ? loaded.source
        : new TextDecoder().decode(loaded.source as Uint8Array);
    return { ...loaded, source: mutate(text, mutation) };
  },
});
