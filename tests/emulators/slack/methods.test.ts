import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allMethods } from "../../../emulators/slack/methods.ts";

interface Described {
  readonly args: Readonly<Record<string, { readonly required: boolean }>>;
  readonly rate_limit: { readonly label?: string } | null;
  readonly scopes: { readonly bot?: readonly { readonly name: string }[] };
}

const SPECS = new URL("../../../../shared/specs/slack-methods.json", import.meta.url);
const isThere = existsSync(SPECS);
const described: Readonly<Record<string, Described>> = isThere ? JSON.parse(readFileSync(SPECS, "utf8")) : {};

/** What came after that list was written, or what it has wrong; each with the reason. */
const NEWER = {
  methods: ["agents.sessions.setStatus", "agents.sessions.rename", "bots.info"],
  args: new Set([
    // Chunks are the other way to say something.
    "chat.appendStream markdown_text",
    // agent_view sets prompts without a thread.
    "assistant.threads.setSuggestedPrompts thread_ts",
    // An empty status takes the line away.
    "assistant.threads.setStatus status",
    "chat.appendStream chunks",
  ]),
};

/** Arguments that this emulator leaves out on purpose: a call with one of them fails and is written down. */
const LEFT_OUT = new Set([
  "chat.postMessage current_draft_last_updated_ts",
  "chat.update file_ids",
  "chat.update unfurled_attachments",
  "reactions.get file",
  "reactions.get file_comment",
  "reactions.remove file",
  "reactions.remove file_comment",
]);

const all = [...allMethods(() => "").values()];

describe.skipIf(!isThere)(
  "the emulator's table beside the list of Slack's methods (skipped where ../shared/specs is absent)",
  () => {
    it.each(all.map((one) => [one.name, one] as const))("agrees on %s", (name, method) => {
      const there = described[name];
      if (there === undefined) return expect(NEWER.methods).toContain(name);
      const args = method.args.filter((one) => one !== "team_id" && !NEWER.args.has(`${name} ${one}`));
      expect(Object.keys(there.args)).toEqual(expect.arrayContaining(args));
      const known = new Set([...method.args, "token"]);
      expect(Object.keys(there.args).filter((one) => !known.has(one) && !LEFT_OUT.has(`${name} ${one}`))).toEqual([]);
      const required = Object.entries(there.args).flatMap(([key, { required: isRequired }]) =>
        isRequired ? [key] : [],
      );
      expect(method.required.toSorted()).toEqual(
        required.filter((one) => !NEWER.args.has(`${name} ${one}`)).toSorted(),
      );
      const tier = /Tier (\d)/.exec(there.rate_limit?.label ?? "")?.[1];
      expect(method.tier).toBe(tier === undefined ? "special" : `tier${tier}`);
      expect(method.scopes.toSorted()).toEqual((there.scopes.bot ?? []).map((one) => one.name).toSorted());
      return undefined;
    });
  },
);
