import { describe, expect, it } from "vitest";
import { smallTalk } from "../../src/brain/small-talk.ts";

describe("smallTalk", () => {
  it.each([
    "hi",
    "Hello Hearth!",
    "hey there 👋",
    "Good morning, team",
    "What's up?",
    "Guten Morgen",
    "¡Hola!",
    "Bonjour",
  ])("greets back: %s", (text) => {
    const said = smallTalk(text);
    expect(said?.kind).toBe("plain");
    expect(said?.text).toMatch(/document|Dokument/i);
    expect(said?.text).not.toContain("Hearth");
  });

  it.each([
    "who are you",
    "Hey, what can you do?",
    "help",
    "thanks! and how does this work?",
    "Was kannst du?",
    "Qui êtes-vous ?",
  ])("says what Hearth is: %s", (text) => {
    expect(smallTalk(text)?.text).toContain("Hearth");
  });

  it.each([
    ["thx!!", "You are welcome."],
    ["Danke schön", "Gern geschehen."],
    ["muchas gracias", "De nada."],
  ])("answers thanks in their language: %s", (text, said) => {
    expect(smallTalk(text)).toEqual({ kind: "plain", text: said });
  });

  it.each([
    "hi, how do I book travel?",
    "help desk number",
    "who are you supposed to ask for leave",
    "thanks, and what about contractors?",
    "how does leave work",
    "what is this quarter's budget",
    "everyone",
    "",
    "👍",
    "hi ".repeat(40),
  ])("is no answer to what may stand in documents: %s", (text) => {
    expect(smallTalk(text)).toBeUndefined();
  });
});
