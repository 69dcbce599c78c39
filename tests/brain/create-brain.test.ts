import { describeBrain } from "../contracts/brain.ts";
import { readBrain } from "../helpers/read-brain.ts";

describeBrain("the brain in this process", readBrain);
