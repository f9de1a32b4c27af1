"""binance-syncer against the simulator. Orders: {archive, listing, folder, symbol, year}."""

import asyncio
import glob
import os

from measured import JOB, measure, report

# Where it keeps its settings and logs.
os.environ["HOME"] = JOB["folder"]

import pyarrow.parquet
from binance_syncer import utils
from binance_syncer.constant import DataType, Frequency, KlineInterval, MarketType
from binance_syncer.syncer.core import Syncer

# One literal for files and listing, which the simulator has in two places.
official = utils.BASE_URL
listed = utils.BinancePathBuilder.build_listing_files_path
utils.BASE_URL = JOB["archive"]
utils.BinancePathBuilder.build_listing_files_path = lambda *of: listed(*of).replace(
    JOB["archive"], JOB["listing"]
)


class OfOneYear(Syncer):
    LOCAL_PREFIX = JOB["folder"]

    # It takes whatever is listed; there is no option for a range.
    async def list_remote_files(self, frequency, symbol):
        keys = await super().list_remote_files(frequency, symbol)
        return [key for key in keys if f"-1m-{JOB['year']}-" in key]


tool = OfOneYear(MarketType.SPOT, DataType.KLINES, KlineInterval.M1)
seconds = measure(lambda: asyncio.run(tool.sync([JOB["symbol"]])))

times = set()
for path in glob.glob(f"{JOB['folder']}/data/**/*.parquet", recursive=True):
    times.update(pyarrow.parquet.read_table(path, columns=["open_time"])["open_time"].to_pylist())
report(seconds, len(times))
