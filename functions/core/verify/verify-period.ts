import type { FetchContext, VenuePorts } from '../fetch/fetch-context.ts';
import type { LivesDue, SeriesCatalog, SeriesStore } from '../ledger/ports.ts';
import { RECHECK_AFTER } from '../listing/current-listing.ts';
import type { CoverageQueries, LedgerEntry } from '../queries/ports.ts';
import type { LabelRules } from '../series/labels.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Sources } from '../series/source.ts';
import { type Finding, type Listing, livesOf, type Source } from '../series/source.ts';
import { NO_ROWS, timeColumn } from '../series/table.ts';
import { clip, contains, normalize, type Range } from '../time/range.ts';
import { iso } from '../time/time.ts';
import { asObject, type Cell, canonicalKey, canonicalLine } from './canonical.ts';
import type { Difference, ObjectVerdict, OutdatedProof, PeriodCertificate } from './certificate.ts';
import { comparable } from './comparable.ts';
import { type Fetched, fetchAgain } from './fetched-rows.ts';
import { heldObjects, objectNamed, publishedHash } from './objects.ts';
import type { Sha256, StoredRows } from './ports.ts';
import { requireKnown } from './require-known.ts';

export interface VerifyPorts extends VenuePorts {
  readonly queries: Pick<CoverageQueries, 'ledger'>;
  readonly store: Pick<SeriesStore, 'listing' | 'commit'>;
  readonly stored: StoredRows;
  readonly catalog: Pick<SeriesCatalog, 'requested'>;
  readonly labels: LabelRules;
  readonly sources: Sources;
  readonly livesDue: LivesDue;
  sha256(): Sha256;
}

/** More spans than a month of the finest series has. */
const MOST_SPANS = 100_000;
/** Differences that are listed one by one; all are counted. */
const MOST_DIFFERENCES = 20;
/** Findings that are kept for each period. */
const MOST_FINDINGS = 100;

/**
 * Loads what a series has of a period once more and compares it with the stored rows, row by row. Rows are not changed;
 * what differs becomes a finding.
 * @param range within one month, so that the rows fit into memory
 * @throws BudgetExhausted, GordonError `unknown-series`, and what venues and stores throw
 */
export async function verifyPeriod(
  ports: VerifyPorts,
  series: Series,
  range: Range,
): Promise<PeriodCertificate> {
  const source = ports.sources[series.source]!;
  const spans = await ports.queries.ledger(series, range, MOST_SPANS);
  const entries = spans.filter(({ state }) => state === 'have');
  const have = clip(normalize(entries), range);
  const listing = 'listedAt' in source.listing ? source.listing : await ports.store.listing(series);
  const wanted = await comparable(ports.stored, source, series, range, have);
  const context: FetchContext = {
    source,
    series,
    sources: ports.sources,
    archives: 'required',
    listing: async () => listing,
    labels: (dataset) => ports.labels.labelRules(dataset, series.symbol),
  };
  const fetched = await fetchAgain(ports, context, wanted);
  const count = new Comparison(source, entries, fetched);
  const hash = ports.sha256();
  for await (const rows of ports.stored.read(series, range)) {
    for (const cells of rows) hash.add(`${count.add(cells)}\n`);
  }
  count.end();
  if (count.rows === 0 && spans.length === 0) await requireKnown(ports.catalog, series);
  const objects = await verdicts(ports, source, series, entries, fetched, range);
  await keepFindings(ports, series, range, count.findings);
  const { rows, first, last, compared, changed, missing, extra, differences } = count;
  const renewed = objects.some(({ ledger, venue }) => ledger !== venue);
  const differs = changed + missing + extra > 0 || renewed;
  const outdated = await outdatedProofs(ports, source, series, range, spans, listing);
  const verdict = differs
    ? 'different'
    : outdated.length > 0
      ? 'outdated'
      : compared > 0
        ? 'identical'
        : 'not-compared';
  return {
    source: series.source,
    symbol: series.symbol,
    timeframe: series.timeframe,
    from: iso(range.start),
    to: iso(range.end),
    rows,
    first,
    last,
    sha256: hash.hex(),
    compared,
    changed,
    missing,
    extra,
    differences,
    objects,
    outdated,
    verdict,
    identical: verdict === 'identical',
  };
}

/** What was proven empty by lives that were checked too long ago, or in which the symbol was traded as is known now. */
async function outdatedProofs(
  { livesDue, clock }: VerifyPorts,
  source: Source,
  series: Series,
  range: Range,
  spans: readonly LedgerEntry[],
  listing: Listing | undefined,
): Promise<OutdatedProof[]> {
  const proofs = spans.filter(({ reason }) => reason === 'pre-listing' || reason === 'delisted');
  if (proofs.length === 0 || 'listedAt' in source.listing) return [];
  const old = !listing || (await livesDue.isDue(series, clock() - RECHECK_AFTER));
  const lives = listing ? livesOf(listing) : [];
  return proofs.flatMap(({ reason, ...span }) =>
    (old ? [range] : lives).flatMap((part) =>
      clip(clip([{ start: span.start, end: span.end }], part), range).map(({ start, end }) => ({
        from: iso(start),
        to: iso(end),
        reason: reason!,
      })),
    ),
  );
}

class Comparison {
  rows = 0;
  compared = 0;
  changed = 0;
  missing = 0;
  extra = 0;
  first: string | null = null;
  last: string | null = null;
  readonly differences: Difference[] = [];
  readonly findings: Finding[] = [];
  readonly #source: Source;
  readonly #entries: readonly LedgerEntry[];
  readonly #fetched: Fetched;
  readonly #time: number;

  constructor(source: Source, entries: readonly LedgerEntry[], fetched: Fetched) {
    this.#source = source;
    this.#entries = entries;
    this.#fetched = fetched;
    this.#time = source.table.columns.findIndex(({ name }) => name === timeColumn(source.table));
  }

  /** Takes the next stored row. @returns its canonical line */
  add(cells: readonly Cell[]): string {
    const { table } = this.#source;
    const line = canonicalLine(table, cells);
    const time = Number(cells[this.#time]);
    this.rows += 1;
    this.last = iso(time);
    this.first ??= this.last;
    if (!contains(this.#fetched.answered, time)) return line;
    this.compared += 1;
    const key = canonicalKey(table, cells);
    const venue = this.#fetched.rows.get(key);
    this.#fetched.rows.delete(key);
    if (!venue) {
      this.extra += 1;
      this.#note('extra', time, line, null, null);
    } else if (venue.line !== line) {
      this.changed += 1;
      this.#note('changed', time, line, venue.line, venue.object);
    }
    return line;
  }

  /** Rows that the venue served and that are not stored. */
  end(): void {
    for (const { line, time, object } of this.#fetched.rows.values()) {
      if (!contains(this.#fetched.answered, time)) continue;
      this.missing += 1;
      this.#note('missing', time, null, line, object);
    }
  }

  #note(
    kind: Difference['kind'],
    time: number,
    stored: string | null,
    venue: string | null,
    venueFrom: string | null,
  ): void {
    const { table } = this.#source;
    const storedFrom = this.#entries.find(({ start, end }) => start <= time && time < end)?.object ?? null;
    if (this.differences.length < MOST_DIFFERENCES) {
      this.differences.push({
        kind,
        stored: stored === null ? null : asObject(table, stored),
        venue: venue === null ? null : asObject(table, venue),
        stored_from: storedFrom,
        venue_from: venueFrom,
      });
    }
    if (this.findings.length >= MOST_FINDINGS) return;
    this.findings.push({
      kind: findingKind(kind, storedFrom, venueFrom),
      time,
      detail: {
        ...(stored !== null && { stored }),
        ...(venue !== null && { venue }),
        ...(storedFrom !== null && { storedFrom }),
        ...(venueFrom !== null && { venueFrom }),
      },
    });
  }
}

/** If two files of the archive differ in a row, such as a day's and its month's, the archive disagrees with itself. */
function findingKind(kind: Difference['kind'], stored: string | null, venue: string | null): string {
  const isObject = (from: string | null): boolean => from?.startsWith('/') ?? false;
  if (kind === 'changed' && isObject(stored) && isObject(venue) && stored !== venue) {
    return 'archive-disagreement';
  }
  return `row-${kind}`;
}

/** Each object that the ledger names, with its hash at the venue: as just read, or else from its checksum file. */
async function verdicts(
  ports: VerifyPorts,
  source: Source,
  series: Series,
  entries: readonly LedgerEntry[],
  { objects }: Fetched,
  range: Range,
): Promise<ObjectVerdict[]> {
  const out: ObjectVerdict[] = [];
  for (const { object, sha256 } of heldObjects(entries)) {
    const read = objects.get(object);
    const found = read === undefined ? objectNamed(source, series, object, range) : undefined;
    const venueHash = read ?? (found && (await publishedHash(ports.venue, found.checksum)));
    out.push({ object, ledger: sha256, venue: venueHash ?? null });
  }
  return out;
}

async function keepFindings(
  { store }: VerifyPorts,
  series: Series,
  range: Range,
  findings: readonly Finding[],
): Promise<void> {
  if (findings.length === 0) return;
  const object = `verify ${iso(range.start)} to ${iso(range.end)}`;
  const page = { series, rows: NO_ROWS, have: [], empty: [], findings, object };
  await store.commit([page], { jobId: 'verify', chunk: seriesLabel(series) });
}
