import type { ExportPorts } from '../../core/exports/ports.ts';
import { licencesOf } from '../../core/licences/licences.ts';
import { sha256 } from '../../stores/files/sha256.ts';

/** The parts of an export that are the same wherever it runs. */
export const exportParts: Pick<ExportPorts, 'sha256' | 'licences'> = {
  sha256,
  licences: (source, symbol) => licencesOf(source, [symbol]),
};
