import {
  Field,
  FixedSizeList,
  Float16,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  type Data,
} from "apache-arrow";
import type { TalkWindow } from "./recall-vectors.ts";

/** The columns of windows: numbers of half precision, which take half the room and rank the same. */
export function windowSchema(dimensions: number): Schema {
  return new Schema([
    new Field("id", new Utf8(), false),
    new Field("day", new Int32(), false),
    new Field("messages", new Utf8(), false),
    new Field("vector", new FixedSizeList(dimensions, new Field("item", new Float16(), true)), false),
  ]);
}

/** Windows as a table of Arrow, made column by column as LanceDB would not by itself. Throws on a vector of another length. */
export function windowRows(windows: readonly TalkWindow[], dimensions: number): Table {
  const schema = windowSchema(dimensions);
  const length = windows.length;
  const days = Int32Array.from(windows, ({ day }) => day);
  const children = [
    textColumn(windows.map(({ id }) => id)),
    makeData({ type: new Int32(), length, nullCount: 0, data: days }),
    textColumn(windows.map(({ messages }) => messages.join(" "))),
    vectorColumn(windows, dimensions),
  ];
  const rows = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new Table(schema, new RecordBatch(schema, rows));
}

function textColumn(texts: readonly string[]): Data {
  const valueOffsets = new Int32Array(texts.length + 1);
  const data = Buffer.from(texts.join(""));
  let end = 0;
  for (const [row, text] of texts.entries()) {
    end += Buffer.byteLength(text);
    valueOffsets[row + 1] = end;
  }
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data });
}

function vectorColumn(windows: readonly TalkWindow[], dimensions: number): Data {
  const numbers = new Float16Array(windows.length * dimensions);
  for (const [row, { vector }] of windows.entries()) {
    if (vector.length !== dimensions) throw new Error(`A vector has ${vector.length} numbers, not ${dimensions}`);
    numbers.set(vector, row * dimensions);
  }
  const data = new Uint16Array(numbers.buffer);
  const child = makeData({ type: new Float16(), length: data.length, nullCount: 0, data });
  const type = new FixedSizeList(dimensions, new Field("item", new Float16(), true));
  return makeData({ type, length: windows.length, nullCount: 0, child });
}
