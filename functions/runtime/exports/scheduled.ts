import { GordonError } from '../../core/errors/errors.ts';
import type { ScheduledExportPorts } from '../../core/exports/scheduled-export.ts';
import type { Signer } from '../../core/exports/signed.ts';
import { parquetFile } from '../../stores/files/parquet-file.ts';
import type { Uses } from '../services.ts';
import { exportParts } from './export-parts.ts';
import { signerOf } from './keys.ts';
import { holdTree } from './open-tree.ts';

/** The tree that the operator named. */
export const scheduledExports = (
  services: Uses<'exportTo' | 'months' | 'sources' | 'clock'>,
): ScheduledExportPorts['exports'] => ({
  async open() {
    const { exportTo, sources, clock } = services;
    const { place, key, variables } = exportTo;
    if (!place) return undefined;
    const signer = key === undefined ? undefined : signing(key);
    const held = await holdTree(place, variables, clock);
    return {
      ...exportParts,
      writer: parquetFile,
      reader: services.months,
      tree: held.tree,
      sources,
      clock,
      signer,
      madeBy: 'gordon-data',
      [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
    };
  },
});

/** @throws GordonError `bad-environment` */
function signing(pem: string): Signer {
  try {
    return signerOf(pem);
  } catch {
    throw new GordonError({
      code: 'bad-environment',
      subject: 'GORDON_EXPORT_KEY',
      message: 'it is no Ed25519 key.',
      remedy: 'Give the text of the file that `gordon-data keys generate` makes.',
    });
  }
}
