import { describePassageIndex } from "../contracts/passage-index.ts";
import { memoryPassageIndex } from "./memory-passage-index.ts";

describePassageIndex("the passage index in memory, which other tests stand on", {
  open: async () => memoryPassageIndex(),
});
