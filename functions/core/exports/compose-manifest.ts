import { iso } from '../time/time.ts';
import { chainOf, compareMonths } from './chain.ts';
import { type AbsentMonth, type ExportedFile, MANIFEST_FORMAT, type Manifest } from './manifest.ts';
import type { ExportRequest } from './plan-export.ts';
import type { ExportPorts } from './ports.ts';
import { signManifest } from './signed.ts';

interface Months {
  readonly files: readonly Omit<ExportedFile, 'chain'>[];
  readonly absent: readonly AbsentMonth[];
}

/** The manifest of a tree with these months, chained and signed. */
export function composeManifest(
  ports: Pick<ExportPorts, 'clock' | 'sha256' | 'signer' | 'licences' | 'madeBy'>,
  request: Pick<ExportRequest, 'format' | 'completeOnly'> & { readonly simulated: boolean },
  { files, absent }: Months,
): Manifest {
  const { links, root } = chainOf(ports.sha256, files);
  const licences = [...files, ...absent].flatMap(({ source, symbol }) => ports.licences(source, symbol));
  const manifest = {
    format: MANIFEST_FORMAT,
    made_at: iso(ports.clock()),
    made_by: ports.madeBy,
    simulated: request.simulated,
    files_are: request.format,
    complete_only: request.completeOnly,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    root,
    licences: Object.fromEntries(licences.map((one) => [one.id, { ...one }])),
    files: links,
    absent: [...absent].sort(compareMonths),
  } as const;
  return signManifest(ports.sha256, manifest, ports.signer);
}
