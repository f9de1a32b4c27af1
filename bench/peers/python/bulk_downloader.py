"""binance-bulk-downloader against the simulator. Orders: {archive, listing, folder, symbol, year}."""

import glob

from measured import JOB, measure, report

from binance_bulk_downloader.downloader import BinanceBulkDownloader


class OfOneYear(BinanceBulkDownloader):
    _BINANCE_DATA_S3_BUCKET_URL = JOB["listing"]
    _BINANCE_DATA_DOWNLOAD_BASE_URL = JOB["archive"]

    # It takes whatever is listed; there is no option for a range.
    def _get_file_list_from_s3_bucket(self, prefix):
        keys = super()._get_file_list_from_s3_bucket(prefix)
        return [key for key in keys if f"-1m-{JOB['year']}-" in key]


tool = OfOneYear(
    destination_dir=JOB["folder"],
    data_type="klines",
    data_frequency="1m",
    asset="spot",
    timeperiod_per_file="monthly",
    symbols=JOB["symbol"],
)
seconds = measure(tool.run_download)

times = set()
for path in glob.glob(f"{JOB['folder']}/**/*.csv", recursive=True):
    with open(path) as file:
        times.update(line.partition(",")[0] for line in file)
report(seconds, len(times))
