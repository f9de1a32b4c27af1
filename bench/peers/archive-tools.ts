import { type Testbed, WANTED } from './peer.ts';
import { pythonTool } from './python-tool.ts';

const { symbol, year } = WANTED;
const orders = async ({ venue: { archive, listing } }: Testbed): Promise<object> => ({
  archive,
  listing,
  symbol,
  year,
});
const changed = 'both hosts, which are literals; of the files listed only those of the year';

/** Unpacks what is listed. */
export const bulkDownloader = pythonTool({
  name: 'binance-bulk-downloader',
  package: 'binance-bulk-downloader',
  version: '1.1.0.1',
  script: 'bulk_downloader.py',
  to: 'CSV files as they come',
  leavesOut:
    'database, reading, checksum, ledger of gaps; threads that race for a new folder lose their month, and only the screen says so',
  changed,
  orders,
});

/** Keeps a folder of Parquet as the archive is: the most careful of its kind. */
export const syncer = pythonTool({
  name: 'binance-syncer',
  package: 'binance-syncer',
  version: '4.0.1',
  script: 'syncer_sync.py',
  to: 'Parquet files',
  leavesOut: 'database, checksum, ledger of gaps; resumes by file',
  changed,
  orders,
});
