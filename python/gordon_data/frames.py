"""Frames of pandas, polars and pyarrow, with the types of the database.

A warehouse makes frames of one kind. Parquet has the types by itself; where the API or the machine has no Parquet, CSV is read with
the types that the API's dictionary of columns has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeVar

from .errors import MissingPackage

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

FrameT = TypeVar("FrameT")
Types = Mapping[str, str]
"""The type of each column, as PostgreSQL writes it."""


class Frames(Protocol[FrameT]):
    """Makes frames of one library."""

    def read_parquet(self, file: IO[bytes]) -> FrameT: ...
    def read_csv(self, file: IO[bytes], types: Types) -> FrameT: ...
    def of_records(self, records: Sequence[Mapping[str, Any]], types: Types) -> FrameT: ...
    def concat(self, frames: Sequence[FrameT]) -> FrameT: ...
    def with_text(self, frame: FrameT, name: str, value: str) -> FrameT: ...


INSTANT = "timestamp with time zone"
_KINDS = {
    INSTANT: "instant",
    "double precision": "float",
    "numeric": "float",
    "bigint": "int",
    "integer": "int",
    "smallint": "int",
    "boolean": "bool",
}


def kind_of(type: str) -> str:
    """instant, float, int, bool or, for all the rest, text."""
    return _KINDS.get(type, "text")


class PandasFrames:
    """`pandas.DataFrame`: `datetime64[ms, UTC]`, `float64`, `Int64`, `boolean`, `string`."""

    _DTYPES = {"float": "float64", "int": "Int64", "bool": "boolean", "text": "string"}

    def __init__(self) -> None:
        self._pd = require("pandas")

    def read_parquet(self, file: IO[bytes]) -> pd.DataFrame:
        return self._typed(self._pd.read_parquet(file))

    def read_csv(self, file: IO[bytes], types: Types) -> pd.DataFrame:
        dtypes = {name: self._DTYPES.get(kind_of(type), "string") for name, type in types.items()}
        return self._instants(
            self._pd.read_csv(file, dtype=dtypes, keep_default_na=False, na_values=[""], true_values=["true"], false_values=["false"]),
            types,
        )

    def of_records(self, records: Sequence[Mapping[str, Any]], types: Types) -> pd.DataFrame:
        frame = self._pd.DataFrame.from_records([dict(record) for record in records], columns=list(types))
        plain = {name: self._DTYPES[kind] for name, type in types.items() if (kind := kind_of(type)) != "instant"}
        return self._instants(frame.astype(plain), types)

    def concat(self, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
        return self._pd.concat(list(frames), ignore_index=True)  # type: ignore[no-any-return]

    def with_text(self, frame: pd.DataFrame, name: str, value: str) -> pd.DataFrame:
        frame.insert(0, name, self._pd.Series([value] * len(frame), dtype="string", index=frame.index))
        return frame

    def _instants(self, frame: Any, types: Types) -> pd.DataFrame:
        for name, type in types.items():
            if kind_of(type) == "instant":
                parsed = self._pd.to_datetime(frame[name], utc=True, format="ISO8601")
                frame[name] = parsed.astype("datetime64[ms, UTC]")
        return frame  # type: ignore[no-any-return]

    def _typed(self, frame: Any) -> pd.DataFrame:
        """The types of CSV and of Parquet are the same."""
        for name, dtype in frame.dtypes.items():
            if isinstance(dtype, self._pd.DatetimeTZDtype):
                frame[name] = frame[name].astype("datetime64[ms, UTC]")
            elif dtype.kind in "iu":
                frame[name] = frame[name].astype("Int64")
            elif dtype.kind == "b":
                frame[name] = frame[name].astype("boolean")
            elif dtype.kind != "f":
                frame[name] = frame[name].astype("string")
        return frame  # type: ignore[no-any-return]


class PolarsFrames:
    """`polars.DataFrame`: `Datetime("ms", "UTC")`, `Float64`, `Int64`, `Boolean`, `String`."""

    def __init__(self) -> None:
        self._pl = pl = require("polars")
        self._dtypes = {
            "instant": pl.Datetime("ms", "UTC"),
            "float": pl.Float64(),
            "int": pl.Int64(),
            "bool": pl.Boolean(),
            "text": pl.String(),
        }

    def read_parquet(self, file: IO[bytes]) -> pl.DataFrame:
        pl = self._pl
        frame = pl.read_parquet(file)
        return frame.with_columns(  # type: ignore[no-any-return]
            pl.col(pl.Categorical, pl.Enum).cast(pl.String),
            pl.selectors.integer().cast(pl.Int64),
            pl.col(pl.Datetime).dt.convert_time_zone("UTC").dt.cast_time_unit("ms"),
        )

    def read_csv(self, file: IO[bytes], types: Types) -> pl.DataFrame:
        pl = self._pl
        kinds = {name: kind_of(type) for name, type in types.items()}
        texts = {name: self._dtypes["text" if kind == "instant" else kind] for name, kind in kinds.items()}
        frame = pl.read_csv(file, schema_overrides=texts)
        instants = [name for name, kind in kinds.items() if kind == "instant"]
        parsed = [pl.col(name).str.to_datetime("%+", time_unit="ms", time_zone="UTC") for name in instants]
        return frame.with_columns(*parsed)  # type: ignore[no-any-return]

    def of_records(self, records: Sequence[Mapping[str, Any]], types: Types) -> pl.DataFrame:
        from .times import parse_instant

        schema = {name: self._dtypes[kind_of(type)] for name, type in types.items()}
        rows = [
            [
                parse_instant(value) if kind_of(types[name]) == "instant" and value is not None else value
                for name in types
                for value in (record.get(name),)
            ]
            for record in records
        ]
        return self._pl.DataFrame(rows, schema=schema, orient="row")  # type: ignore[no-any-return]

    def concat(self, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
        return self._pl.concat(list(frames))  # type: ignore[no-any-return]

    def with_text(self, frame: pl.DataFrame, name: str, value: str) -> pl.DataFrame:
        return frame.select(self._pl.lit(value).alias(name), self._pl.all())


class ArrowFrames:
    """`pyarrow.Table`: `timestamp[ms, tz=UTC]`, `double`, `int64`, `bool`, `string`."""

    def __init__(self) -> None:
        self._pa = pa = require("pyarrow")
        self._types = {
            "instant": pa.timestamp("ms", tz="UTC"),
            "float": pa.float64(),
            "int": pa.int64(),
            "bool": pa.bool_(),
            "text": pa.string(),
        }

    def read_parquet(self, file: IO[bytes]) -> pa.Table:
        table = require("pyarrow.parquet").read_table(file)
        return table.cast(self._pa.schema([(field.name, self._plain(field.type)) for field in table.schema]))

    def read_csv(self, file: IO[bytes], types: Types) -> pa.Table:
        csv = require("pyarrow.csv")
        convert = csv.ConvertOptions(
            column_types={name: self._types[kind_of(type)] for name, type in types.items()},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        return csv.read_csv(file, convert_options=convert)

    def of_records(self, records: Sequence[Mapping[str, Any]], types: Types) -> pa.Table:
        from .times import parse_instant

        rows = [
            {
                name: parse_instant(value) if kind_of(types[name]) == "instant" and value is not None else value
                for name in types
                for value in (record.get(name),)
            }
            for record in records
        ]
        schema = self._pa.schema([(name, self._types[kind_of(type)]) for name, type in types.items()])
        return self._pa.Table.from_pylist(rows, schema=schema)

    def concat(self, frames: Sequence[pa.Table]) -> pa.Table:
        return self._pa.concat_tables(frames)

    def with_text(self, frame: pa.Table, name: str, value: str) -> pa.Table:
        return frame.add_column(0, name, self._pa.array([value] * frame.num_rows, self._pa.string()))

    def _plain(self, type: Any) -> Any:
        types = self._pa.types
        if types.is_timestamp(type):
            return self._types["instant"]
        if types.is_dictionary(type):
            return type.value_type
        return self._types["int"] if types.is_integer(type) else type


FRAMES: dict[str, type[Any]] = {"pandas": PandasFrames, "polars": PolarsFrames, "arrow": ArrowFrames}


def has_parquet(frame: str) -> bool:
    """Whether this machine can read Parquet into such a frame: pandas needs pyarrow for it."""
    return find_spec("polars" if frame == "polars" else "pyarrow") is not None


def require(module: str) -> Any:
    """An optional package. Raises MissingPackage, which says how to install it."""
    try:
        return import_module(module)
    except ImportError as error:
        package = module.split(".")[0]
        extra = "arrow" if package == "pyarrow" else package
        raise MissingPackage(
            "missing-package", f"{package} is not installed.", f"Run `pip install 'gordon-data[{extra}]'`."
        ) from error


__all__ = ["FRAMES", "INSTANT", "FrameT", "Frames", "Types", "has_parquet", "kind_of", "require"]
