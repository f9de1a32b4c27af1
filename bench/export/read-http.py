"""Seconds that each reader takes for a Parquet file over HTTP, and the size of DuckDB's own file of the same rows.

Arguments: the URL, a path for DuckDB's file. Prints a line of JSON.
"""

import glob
import importlib
import json
import os
import sys
import time

import duckdb
import pandas
import polars

url, path = sys.argv[1:]
database = duckdb.connect(path)
folder = os.path.dirname(importlib.import_module("duckdb_extension_httpfs").__file__)
[extension] = glob.glob(f"{folder}/**/httpfs.duckdb_extension", recursive=True)
database.execute(f"load '{extension}'")


def timed(read):
    start = time.perf_counter()
    rows = read()
    return {"rows": rows, "seconds": time.perf_counter() - start}


seen = {
    "the first request, which makes the file: pandas.read_parquet": timed(lambda: len(pandas.read_parquet(url))),
    "pandas.read_parquet": timed(lambda: len(pandas.read_parquet(url))),
    "polars.read_parquet": timed(lambda: len(polars.read_parquet(url))),
    "DuckDB: create table from read_parquet": timed(
        lambda: database.execute(f"create table rows as from read_parquet('{url}')").fetchall()[0][0]
    ),
    "DuckDB: max(high) of a week": timed(
        lambda: database.execute(
            f"select count(*), max(high) from read_parquet('{url}') where open_time >= '2025-06-01 00:00:00+00' and open_time < '2025-06-08 00:00:00+00'"
        ).fetchall()[0][0]
    ),
}
database.execute("checkpoint")
database.close()
print(json.dumps({"seen": seen, "bytes": os.path.getsize(path)}))
