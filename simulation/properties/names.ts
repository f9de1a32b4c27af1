/** The properties, by how a breach of each reads; the first that fits is the one. */
const NAMES: readonly (readonly [reads: RegExp, property: string])[] = [
  [/ and was announced as \w+$/, 'each end is announced'],
  [/^\S+ \d+ failed: /, 'no unforeseen failure'],
  [/^\d+ for \S+ at /, "the venue's limits"],
  [/spans overlap$/, 'spans never overlap'],
  [/a row is there twice$/, 'no row twice'],
  [/rows in the account|the ledger has what|the table has what/, 'ledger = rows'],
  [/a proof lies over rows$/, 'no proof over rows'],
  [/a proof contradicts the lives that the ledger knows$/, 'proofs agree with the known lives'],
  [/ times at .* and goes on$/, 'a job gives up'],
  [/ again, which the ledger has$/, 'no work twice'],
  [/ has \S+ as it was before /, 'files as the archive has them'],
  [/ says \d+ rows and wrote /, 'a job counts its rows'],
  [/ succeeded, and .* lacks /, 'success means complete'],
  [/, and its execution (?:has succeeded|[A-Z]+ at \S+)$|^job \S+ is gone$/, 'a job ends with its execution'],
  [/, and an order of \S+ got it$/, 'an order gets a job at work'],
  [/ and shows .* as \w+$/, 'what has ended is shown as ended'],
  [/^job \S+ was cancelled at /, 'a cancelled job stops'],
  [/^a schedule ordered /, 'schedules leave alone what was given up'],
  [/: it is followed, and nobody requested it$/, 'what is followed is requested'],
  [/, of nothing that was injected: /, 'a failure has a cause'],
  [
    /: its labels are \d+ ms early, |: the labels of its file were never compared$/,
    'labels are read as they are meant',
  ],
  [/ is still \w+$/, 'liveness'],
  [/^job \S+ of \S+ had not begun at /, 'a job begins soon'],
  [/ requests to the API where /, 'few requests'],
  [/ was loaded \d+ times /, 'few loads of a file'],
  [/: (?:missing|missed), /, 'nothing is missing'],
  [/: (?:never there|other value|stale), /, 'no row that the venue never had'],
  [/: false proof, /, 'no false proof'],
  [/: lost without a finding, /, 'a lost row has a finding'],
];

/** @throws Error when no property says so: a breach has no name yet */
export function propertyOf(problem: string): string {
  const [line = ''] = problem.split('\n');
  const named = NAMES.find(([reads]) => reads.test(line));
  if (!named) throw new Error(`no property reads like this: ${line}`);
  return named[1];
}
