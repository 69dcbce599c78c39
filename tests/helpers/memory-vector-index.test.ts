import { describeVectorIndex, MODEL } from "../contracts/vector-index.ts";
import { memoryVectorIndex } from "./memory-vector-index.ts";

describeVectorIndex("the vector index in memory", {
  open: async () => memoryVectorIndex(MODEL),
});
