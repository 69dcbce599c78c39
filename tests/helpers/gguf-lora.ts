import { writeFileSync } from "node:fs";
import { ALIGNMENT, entries, padded, string, u32, u64 } from "./gguf-bytes.ts";
import type { GgufShape } from "./gguf.ts";
import { randomFrom } from "../../src/eval/random.ts";

const RANK = 4;

/** Writes a LoRA adapter with large random weights for the feed-forward part of a model of this shape. */
export function writeLora(path: string, { embedding, feedForward, layers }: GgufShape): void {
  const random = randomFrom(3);
  const tensors = Array.from({ length: layers }, (_, layer) => [
    { name: `blk.${layer}.ffn_down.weight.lora_a`, lengths: [feedForward, RANK] },
    { name: `blk.${layer}.ffn_down.weight.lora_b`, lengths: [RANK, embedding] },
  ]).flat();
  const data = tensors.map(({ lengths: [width = 1, height = 1] }) => {
    const values = Float32Array.from({ length: width * height }, () => random() - 0.5);
    return padded(Buffer.from(values.buffer));
  });
  const keys = [
    entries.text("general.type", "adapter"),
    entries.text("general.architecture", "qwen3"),
    entries.text("adapter.type", "lora"),
    entries.real("adapter.lora.alpha", 64),
  ];
  let offset = 0;
  const infos = tensors.flatMap(({ name, lengths }, index) => {
    const at = offset;
    offset += Math.ceil((data[index]?.length ?? 0) / ALIGNMENT) * ALIGNMENT;
    return [string(name), u32(lengths.length), ...lengths.map(u64), u32(0), u64(at)];
  });
  const header = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(keys.length), ...keys, ...infos];
  writeFileSync(path, Buffer.concat([padded(Buffer.concat(header)), ...data]));
}
