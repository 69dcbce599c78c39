import { getLlama, LlamaLogLevel, type Llama } from "node-llama-cpp";
import type { Log } from "../log.ts";
import { UserError } from "../user-error.ts";
import { computeThreads } from "./llama-memory.ts";
import type { LlamaOptions } from "./llama-options.ts";

/**
 * llama.cpp, to be disposed of, with the GPU that the settings allow; nothing is compiled or fetched. One a process: opening it again
 * and again leaves a hundred kilobytes behind each time. Throws a UserError with the cure.
 */
export async function openLibrary({ gpu, threads }: Pick<LlamaOptions, "gpu" | "threads">, log: Log): Promise<Llama> {
  const wanted = gpu === "off" ? false : gpu;
  try {
    return await getLlama({
      gpu: wanted,
      build: "never",
      skipDownload: true,
      progressLogs: false,
      maxThreads: threads ?? computeThreads(),
      logLevel: LlamaLogLevel.warn,
      // What the library says may repeat a prompt.
      logger: (level) => log.debug({ level }, "llama.cpp says something"),
    });
  } catch (error) {
    const cure =
      gpu === "auto" || gpu === "off"
        ? "install Hearth's packages again with npm install"
        : "set model.gpu to auto or off";
    throw new UserError(`llama.cpp cannot be started on this machine with model.gpu: ${gpu}; ${cure}`, {
      cause: error,
    });
  }
}
