"""`freqtrade download-data` against the simulator. Orders: {archive, rest, folder, base, quote, from, to}, days as dates."""

import json

from measured import JOB, measure, report

# The commands import these late.
import freqtrade.data.history  # noqa: F401
import freqtrade.exchange  # noqa: F401
import freqtrade.resolvers  # noqa: F401
import pandas
from freqtrade.exchange import binance_public_data
from freqtrade.main import main

# The archive's host is a literal of this function and in no setting.
official = binance_public_data.binance_vision_ohlcv_zip_url
binance_public_data.binance_vision_ohlcv_zip_url = lambda *of: official(*of).replace(
    "https://data.binance.vision", JOB["archive"]
)

settings = f"{JOB['folder']}/config.json"
with open(settings, "w") as file:
    ccxt = {
        "urls": {"api": {"public": f"{JOB['rest']}/api/v3"}},
        "options": {"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False},
    }
    exchange = {"name": "binance", "ccxt_config": ccxt}
    json.dump({"stake_currency": JOB["quote"], "dry_run": True, "exchange": exchange}, file)

options = {
    "--config": settings,
    "--userdir": JOB["folder"],
    "--datadir": f"{JOB['folder']}/data",
    "--pairs": f"{JOB['base']}/{JOB['quote']}",
    "--timeframes": "1m",
    "--timerange": f"{JOB['from']}_{JOB['to']}".replace("-", "").replace("_", "-"),
}


def download():
    try:
        main(["download-data", *(word for option in options.items() for word in option)])
    except SystemExit as end:
        if end.code:
            raise


seconds = measure(download)
dates = pandas.read_feather(f"{options['--datadir']}/{JOB['base']}_{JOB['quote']}-1m.feather")["date"]
kept = dates[(dates >= JOB["from"]) & (dates < JOB["to"])]
report(seconds, kept.nunique())
