import {
  type Data,
  DataType,
  Float32,
  Int32,
  makeData,
  RecordBatch,
  Struct,
  Table,
  Utf8,
  type Schema,
} from "apache-arrow";

/** What a row may hold: text, a whole number, a vector. */
export type Cell = string | number | Float32Array;
/** A row by the names of its columns. */
export type Cells = Readonly<Record<string, Cell>>;

/**
 * Rows as an Arrow table, made column by column: LanceDB's own way from objects took four times as long, on the thread that answers.
 * Throws on a row that lacks a column.
 */
export function toTable(schema: Schema, rows: readonly Cells[]): Table {
  const children = schema.fields.map(({ name, type }) => {
    const cells = rows.map((row) => row[name]);
    if (DataType.isUtf8(type)) return textColumn(cells.map((cell) => checked(cell, isText, name)));
    if (DataType.isInt(type)) return numberColumn(cells.map((cell) => checked(cell, isNumber, name)));
    if (DataType.isFixedSizeList(type))
      return vectorColumn(
        cells.map((cell) => checked(cell, isVector, name)),
        type,
      );
    throw new Error(`There is no way to write the column ${name}`);
  });
  const type = new Struct(schema.fields);
  return new Table(schema, new RecordBatch(schema, makeData({ type, length: rows.length, nullCount: 0, children })));
}

function textColumn(texts: readonly string[]): Data {
  const valueOffsets = new Int32Array(texts.length + 1);
  const data = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  let end = 0;
  for (const [index, text] of texts.entries()) {
    end += data.write(text, end);
    valueOffsets[index + 1] = end;
  }
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data });
}

function numberColumn(numbers: readonly number[]): Data {
  return makeData({ type: new Int32(), length: numbers.length, nullCount: 0, data: Int32Array.from(numbers) });
}

function vectorColumn(vectors: readonly Float32Array[], type: Parameters<typeof DataType.isFixedSizeList>[0]): Data {
  if (!DataType.isFixedSizeList(type)) throw new Error("A vector needs a list of one length");
  const { listSize } = type;
  const data = new Float32Array(vectors.length * listSize);
  for (const [index, vector] of vectors.entries()) {
    if (vector.length !== listSize) throw new Error(`A vector has ${vector.length} numbers, not ${listSize}`);
    data.set(vector, index * listSize);
  }
  const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
  return makeData({ type, length: vectors.length, nullCount: 0, child });
}

function checked<Kind extends Cell>(
  cell: Cell | undefined,
  isKind: (cell: Cell | undefined) => cell is Kind,
  name: string,
): Kind {
  if (!isKind(cell)) throw new Error(`A row has no ${name}`);
  return cell;
}

const isText = (cell: Cell | undefined): cell is string => typeof cell === "string";
const isNumber = (cell: Cell | undefined): cell is number => typeof cell === "number";
const isVector = (cell: Cell | undefined): cell is Float32Array => cell instanceof Float32Array;
