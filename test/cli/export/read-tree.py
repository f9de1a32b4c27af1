"""Reads a tree of exported months with each engine, each table as one dataset, and prints the rows as JSON by engine and table."""

import datetime
import json
import pathlib
import sys

import duckdb
import pandas
import polars
import pyarrow.dataset

root = pathlib.Path(sys.argv[1])


def plain(value):
    """Instants as ISO 8601 in UTC, so that the engines' own types can be compared."""
    if value is None or value is pandas.NaT or value is pandas.NA or value != value:
        return None
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.item() if hasattr(value, "item") else value


def rows(records):
    return [{name: plain(value) for name, value in record.items()} for record in records]


def by_duckdb(folder):
    found = duckdb.sql(f"SET TimeZone = 'UTC'; SELECT * FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = true)")
    return [dict(zip(found.columns, row)) for row in found.fetchall()]


ENGINES = {
    "pandas": lambda folder: pandas.read_parquet(folder).to_dict("records"),
    "polars": lambda folder: polars.scan_parquet(folder, hive_partitioning=True).collect().to_dicts(),
    "pyarrow": lambda folder: pyarrow.dataset.dataset(folder, partitioning="hive").to_table().to_pylist(),
    "duckdb": by_duckdb,
}

tables = sorted(path for path in root.iterdir() if path.is_dir())
json.dump(
    {engine: {table.name: rows(read(str(table))) for table in tables} for engine, read in ENGINES.items()},
    sys.stdout,
)
