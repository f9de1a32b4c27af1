"""Reads the files of the API with what people use, and prints the rows that each reader saw.

Standard input: {"base": "http://…", "queries": {table: query}}. Standard output: {table: {reader: {column: [values]}}}.
Instants are microseconds since 1970, NaN and NaT are null; every number keeps all its digits.
"""

import datetime
import glob
import http.server
import importlib
import io
import json
import math
import os
import sys
import threading
import urllib.parse
import urllib.request

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.ipc
import pyarrow.parquet

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def plain(value):
    if value is None or value is pandas.NaT or value is pandas.NA:
        return None
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise ValueError("an instant without a zone")
        return (value - EPOCH) // datetime.timedelta(microseconds=1)
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def of_arrow(table):
    columns = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if pyarrow.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pyarrow.types.is_timestamp(column.type):
            if column.type.tz != "UTC":
                raise ValueError(f"{name} is not in UTC: {column.type}")
            column = column.cast(pyarrow.timestamp("us", "UTC")).cast(pyarrow.int64())
        columns[name] = [plain(value) for value in column.to_pylist()]
    return columns


def of_pandas(frame):
    return {name: [plain(value) for value in frame[name]] for name in frame.columns}


def of_csv(frame, like):
    """CSV has no types: instants are read as the user would."""
    for name in frame.columns:
        if pyarrow.types.is_timestamp(like.field(name).type):
            frame[name] = pandas.to_datetime(frame[name], utc=True, format="ISO8601")
    return of_pandas(frame)


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def connect():
    connection = duckdb.connect()
    folder = os.path.dirname(importlib.import_module("duckdb_extension_httpfs").__file__)
    [extension] = glob.glob(f"{folder}/**/httpfs.duckdb_extension", recursive=True)
    connection.execute(f"load '{extension}'")
    connection.execute("set timezone = 'UTC'")
    return connection


class SignedForGet(http.server.BaseHTTPRequestHandler):
    """A link of S3 that is signed for GET: every other method is forbidden."""

    protocol_version = "HTTP/1.1"
    data = b""

    def do_HEAD(self):
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        first, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")
        part = self.data[int(first) : int(last) + 1 if last else None]
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(self.data)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)

    def log_message(self, *_):
        pass


def main():
    wish = json.load(sys.stdin)
    database = connect()
    signed = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SignedForGet)
    threading.Thread(target=signed.serve_forever, daemon=True).start()
    rows = {}
    for table, query in wish["queries"].items():
        base = f"{wish['base']}/data/{table}?{urllib.parse.quote(query, safe='=&,')}"
        url = f"{base}&format=parquet"
        SignedForGet.data = get(url)
        link = f"http://127.0.0.1:{signed.server_port}/{table}"
        parquet = pyarrow.parquet.read_table(io.BytesIO(SignedForGet.data))
        rows[table] = {
            "pyarrow": of_arrow(parquet),
            "pandas": of_pandas(pandas.read_parquet(url)),
            "polars": of_arrow(polars.read_parquet(url).to_arrow()),
            "duckdb": of_arrow(database.sql(f"select * from read_parquet('{url}')").to_arrow_table()),
            "duckdb of a link": of_arrow(database.sql(f"select * from read_parquet('{link}')").to_arrow_table()),
            "pyarrow of Arrow": of_arrow(pyarrow.ipc.open_file(io.BytesIO(get(f"{base}&format=arrow"))).read_all()),
            "polars of Arrow": of_arrow(polars.read_ipc(io.BytesIO(get(f"{base}&format=arrow"))).to_arrow()),
            "pandas of CSV": of_csv(
                pandas.read_csv(f"{base}&format=csv", float_precision="round_trip", keep_default_na=True), parquet.schema
            ),
        }
    json.dump(rows, sys.stdout)


main()
