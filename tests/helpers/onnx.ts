/** Writes small ONNX models: the protocol buffers of onnx.proto, as far as they are needed here. */

/** One step of a model: an operator with the names of what goes in and what comes out. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly integers?: Readonly<Record<string, number>>;
}

/** Numbers of a model, or of its shape. */
export type OnnxTensor =
  | { readonly name: string; readonly dims: readonly number[]; readonly floats: Float32Array }
  | { readonly name: string; readonly dims: readonly number[]; readonly integers: readonly number[] };

const FLOAT = 1;
const INT64 = 7;

/** A model of opset 17 as bytes. Inputs are int64 of [batch, sequence]; a dimension of the output is a number, or a name for any. */
export function onnxBytes(graph: {
  readonly inputs: readonly string[];
  readonly output: { readonly name: string; readonly dims: readonly (number | string)[] };
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}): Buffer {
  const inputs = graph.inputs.map((name) => field(11, valueInfo({ name, type: INT64, dims: ["batch", "sequence"] })));
  return Buffer.concat([
    integer(1, 8),
    field(
      7,
      ...graph.nodes.map((node) => field(1, nodeBytes(node))),
      field(2, Buffer.from("graph")),
      ...graph.tensors.map((tensor) => field(5, tensorBytes(tensor))),
      ...inputs,
      field(12, valueInfo({ ...graph.output, type: FLOAT })),
    ),
    field(8, integer(2, 17)),
  ]);
}

function nodeBytes({ operator, inputs, output, integers = {} }: OnnxNode): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => field(1, Buffer.from(name))),
    field(2, Buffer.from(output)),
    field(4, Buffer.from(operator)),
    // Type 2 is a whole number.
    ...Object.entries(integers).map(([name, value]) =>
      field(5, field(1, Buffer.from(name)), integer(3, value), integer(20, 2)),
    ),
  ]);
}

function tensorBytes(tensor: OnnxTensor): Buffer {
  const { name, dims } = tensor;
  const numbers =
    "floats" in tensor
      ? Buffer.from(tensor.floats.buffer, tensor.floats.byteOffset, tensor.floats.byteLength)
      : Buffer.from(BigInt64Array.from(tensor.integers, BigInt).buffer);
  return Buffer.concat([
    ...dims.map((dim) => integer(1, dim)),
    integer(2, "floats" in tensor ? FLOAT : INT64),
    field(8, Buffer.from(name)),
    field(9, numbers),
  ]);
}

function valueInfo(given: {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly (number | string)[];
}): Buffer {
  const dims = given.dims.map((dim) =>
    field(1, typeof dim === "number" ? integer(1, dim) : field(2, Buffer.from(dim))),
  );
  return Buffer.concat([
    field(1, Buffer.from(given.name)),
    field(2, field(1, integer(1, given.type), field(2, ...dims))),
  ]);
}

/** A field that is bytes, with its length before them. */
function field(number: number, ...parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([...parts]);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function integer(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
}
