// By its parts: the whole package brings builders and readers into each function's bundle.
import { type Data, makeData } from 'apache-arrow/data';
import { AsyncByteQueue } from 'apache-arrow/io/stream';
import { RecordBatchFileWriter } from 'apache-arrow/ipc/writer';
import { RecordBatch } from 'apache-arrow/recordbatch';
import { Field, Schema } from 'apache-arrow/schema';
import {
  Bool,
  type DataType,
  Dictionary,
  Float64,
  Int32,
  Int64,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow/type';
import { Vector } from 'apache-arrow/vector';
import type { FileColumn, WriteFile } from '../../core/queries/export/columnar.ts';
import { int64s, MICROS } from './int64s.ts';
import { type GroupColumn, isText, rowGroups } from './row-groups.ts';

/** Rows of a record batch. */
const RECORD_BATCH = 65_536;

/**
 * Arrow IPC (Feather V2), not compressed: it can be mapped into memory. A text column whose values are known beforehand is a
 * dictionary; one that grows on the way would need deltas, which polars cannot read.
 */
export const arrowFile: WriteFile = async function* (columns, batches, metadata = {}) {
  const arrays = columns.map(arrayMaker);
  const fields = columns.map(({ name, nullable }, c) => new Field(name, arrays[c]!.type, nullable));
  const schema = new Schema(fields, new Map(Object.entries(metadata)));
  const struct = new Struct(fields);
  const sink = new Collected();
  const file = new RecordBatchFileWriter().reset(sink, schema);
  for await (const { length, columns: group } of rowGroups(columns, batches, RECORD_BATCH)) {
    const children = arrays.map(({ make }, c) => make(group[c]!, length));
    file.write(new RecordBatch(schema, makeData({ type: struct, length, nullCount: 0, children })));
    yield sink.take();
  }
  file.finish();
  yield sink.take();
};

/** What the writer writes, until it is taken: its own queue hands over buffers that the next group overwrites. */
class Collected extends AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(piece: Uint8Array): void {
    this.#pieces.push(piece);
  }

  take(): Uint8Array {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return all;
  }
}

interface ArrayMaker {
  readonly type: DataType;
  make(column: GroupColumn, length: number): Data;
}

function arrayMaker(column: FileColumn, id: number): ArrayMaker {
  if (isText(column)) return column.values ? dictionaryMaker(column.values, id) : textMaker;
  switch (column.type) {
    case 'timestamptz':
      return numberMaker(new TimestampMicrosecond('UTC'), (numbers) => int64s(numbers, MICROS));
    case 'int8':
      return numberMaker(new Int64(), (numbers) => int64s(numbers));
    case 'int4':
      return numberMaker(new Int32(), (numbers) => Int32Array.from(numbers));
    case 'bool':
      return numberMaker(new Bool(), (numbers) => bits(numbers, (x) => x === 1));
    default:
      return numberMaker(new Float64(), (numbers) => numbers);
  }
}

function numberMaker(type: DataType, dataOf: (numbers: Float64Array) => unknown): ArrayMaker {
  return {
    type,
    make(column, length) {
      const { numbers, nulls } = column as Extract<GroupColumn, { numbers: Float64Array }>;
      const nullBitmap = nulls ? bits(numbers, (x) => !Number.isNaN(x)) : undefined;
      return makeData({ type, length, nullCount: nulls, nullBitmap, data: dataOf(numbers) } as never);
    },
  };
}

/** A bit for each number, the lowest first. */
function bits(numbers: Float64Array, isSet: (number: number) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(numbers.length / 8));
  for (const [i, number] of numbers.entries()) if (isSet(number)) bytes[i >> 3]! |= 1 << (i & 7);
  return bytes;
}

type TextColumn = Exclude<GroupColumn, { numbers: Float64Array }>;

const textsOf = (column: TextColumn, length: number): readonly (string | null)[] =>
  'constant' in column ? new Array<string>(length).fill(column.constant) : column.texts;

const textMaker: ArrayMaker = {
  type: new Utf8(),
  make: (column, length) => textData(textsOf(column as TextColumn, length)),
};

/** Texts one behind the other, and where each begins. */
function textData(texts: readonly (string | null)[]): Data<Utf8> {
  const length = texts.length;
  const valueOffsets = new Int32Array(length + 1);
  const present = new Uint8Array(Math.ceil(length / 8));
  let nullCount = 0;
  for (const [i, text] of texts.entries()) {
    valueOffsets[i + 1] = valueOffsets[i]! + Buffer.byteLength(text ?? '');
    if (text === null) nullCount++;
    else present[i >> 3]! |= 1 << (i & 7);
  }
  const data = Buffer.from(texts.join(''));
  const nullBitmap = nullCount > 0 ? present : undefined;
  return makeData<Utf8>({ type: new Utf8(), length, nullCount, nullBitmap, valueOffsets, data });
}

function dictionaryMaker(values: readonly string[], id: number): ArrayMaker {
  const type = new Dictionary(new Utf8(), new Int32(), id);
  const dictionary = new Vector([textData(values)]);
  const codes = new Map(values.map((value, code) => [value, code]));
  const codeOf = (text: string | null): number => {
    const code = codes.get(text ?? '');
    if (code === undefined) throw new TypeError(`"${text}" is not in the dictionary`);
    return code;
  };
  return {
    type,
    make(column, length) {
      const given = column as TextColumn;
      const data =
        'constant' in given
          ? new Int32Array(length).fill(codeOf(given.constant))
          : Int32Array.from(given.texts, codeOf);
      return makeData({ type, length, nullCount: 0, data, dictionary });
    },
  };
}
