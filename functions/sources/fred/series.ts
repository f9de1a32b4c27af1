/** A series of FRED. Units differ between them: see the comment of the table. */
interface FredSeries {
  readonly id: string;
  /** FRED keeps no former values of it, and refuses requests for those of a past day */
  readonly unrevised?: true;
}

export const FRED_SERIES: readonly FredSeries[] = [
  { id: 'DFF' },
  { id: 'DGS10' },
  { id: 'DGS2' },
  { id: 'T10Y2Y' },
  { id: 'CPIAUCSL' },
  { id: 'M2SL' },
  { id: 'UNRATE' },
  { id: 'WALCL' },
  { id: 'WTREGEN' },
  { id: 'RRPONTSYD' },
  { id: 'DTWEXBGS' },
  { id: 'VIXCLS' },
  { id: 'SP500', unrevised: true },
];

const UNREVISED = new Set(FRED_SERIES.filter((series) => series.unrevised).map(({ id }) => id));

/** Whether FRED keeps no former values of a series. */
export const isUnrevised = (id: string): boolean => UNREVISED.has(id);
