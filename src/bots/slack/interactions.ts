import type { AckFn, RespondArguments, SlashCommand } from "@slack/bolt";
import { createSuggest } from "../docs-suggest.ts";
import { apologising } from "./apologising.ts";
import { createPress } from "./buttons.ts";
import { SUMMARISE } from "./commands.ts";
import { createAsk, doerOf, type Ack } from "./commands-ask.ts";
import { answerHearth } from "./commands-hearth.ts";
import { answerCatchUp, answerDigest } from "./commands-talk.ts";
import { showDocs } from "./docs-command.ts";
import { plainText } from "./from-slack.ts";
import { wireHome } from "./home-tab.ts";
import { askerOf, conversationOf, tellAt, type Doer, type SlackInteractionTools } from "./interaction-tools.ts";
import { chosenIn, DOCS_MODAL, DOCS_SELECT, docsModal, readOpened, suggestions, tooLate } from "./modal-docs.ts";
import { readPress } from "./press.ts";
import { isObject, textOf } from "./read.ts";
import { createSummarise, readChosen } from "./shortcut.ts";

/** Commands, the shortcut, buttons, the modal and the App Home. */
export interface SlackInteractions {
  /** Has Bolt hand them over; to be called once, before the app starts. */
  wire(): void;
}

const BUSY = "Slack lets me open no window just now. Type the words behind the command: `/docs words`.";

/** Handles what people type, press, fill in and open. Everything is acknowledged before it is looked into, but for what has to be written down. */
export function createSlackInteractions(tools: SlackInteractionTools): SlackInteractions {
  return {
    wire() {
      wireCommands(tools);
      wireShortcut(tools);
      wireButtons(tools);
      wireModal(tools);
      wireHome(tools);
    },
  };
}

function wireCommands(tools: SlackInteractionTools): void {
  const { app } = tools;
  /** What a command asks for is written down before it is acknowledged. */
  const written = (name: string, work: (command: SlashCommand, ack: Ack) => Promise<void>) =>
    app.command(name, async ({ command, ack }) => {
      const once = onlyOnce(ack);
      await apologising(tools, { kind: name, tell: (words) => once(words) }, () => work(command, once));
    });
  written("/ask", createAsk(tools));
  written("/digest", (command, ack) => answerDigest(command, ack, tools));
  written("/catchup", (command, ack) => answerCatchUp(command, ack, tools));
  app.command("/docs", ({ command, ack }) => answered(command, ack, { tools, work: () => docs(command, tools) }));
  app.command("/hearth", ({ command, ack }) => {
    const work = async () => {
      const markdown = await answerHearth({ doer: doerOf(command), text: command.text }, tools);
      await tellAt(command.response_url, { markdown }, tools);
    };
    return answered(command, ack, { tools, work });
  });
}

/** Acknowledges a command, and then answers it. */
async function answered(
  { command, response_url: respond }: SlashCommand,
  ack: AckFn<string | RespondArguments>,
  { tools, work }: { readonly tools: SlackInteractionTools; readonly work: () => Promise<void> },
): Promise<void> {
  await ack();
  await apologising(tools, { kind: command, tell: (markdown) => tellAt(respond, { markdown }, tools) }, work);
}

/** `/docs`: with words what they find, else a modal that suggests while one types. */
async function docs(command: SlashCommand, tools: SlackInteractionTools): Promise<void> {
  const { text, trigger_id, channel_id: channel, response_url: respond, team_id: team } = command;
  const value = plainText(text, { botUser: "", nameOf: () => undefined });
  if (value !== "") return showDocs({ doer: doerOf(command), value, respond }, tools);
  const view = docsModal({ channel, respond, at: Date.now() });
  // A trigger is good for three seconds: there is no time to wait for a turn.
  const opened = await tools.call.spare(team, "views.open", { trigger_id, view }, { signal: tools.signal, share: 1 });
  if (!opened) await tellAt(respond, { markdown: BUSY }, tools);
}

function wireShortcut(tools: SlackInteractionTools): void {
  const summarise = createSummarise(tools);
  tools.app.shortcut({ callback_id: SUMMARISE.callback_id, type: "message_action" }, async ({ body, ack }) => {
    const chosen = readChosen(body);
    if (!chosen) return ack();
    const tell = async (markdown: string) => {
      await ack();
      await tellAt(chosen.respond, { markdown }, tools);
    };
    await apologising(tools, { kind: "a shortcut", tell }, () => summarise(chosen, () => ack()));
  });
}

/** One listener for all: what nobody listens to is never acknowledged. */
function wireButtons(tools: SlackInteractionTools): void {
  const press = createPress(tools);
  tools.app.action(/^/, async ({ body, ack }) => {
    await ack();
    const read = readPress(body);
    if (!read) return;
    const { respond, thread } = read;
    const tell = (markdown: string) => tellAt(respond, { markdown, thread }, tools);
    await apologising(tools, { kind: "a button", tell }, () => press(read));
  });
}

function wireModal(tools: SlackInteractionTools): void {
  const { app, log } = tools;
  const suggest = createSuggest(tools);
  app.options(DOCS_SELECT, async ({ payload, body, ack }) => {
    const raw: unknown = body;
    const doer = modalDoer(raw);
    const { value } = payload;
    const hits = doer ? await suggest({ conversation: conversationOf(doer), askerId: askerOf(doer), value }) : [];
    await ack({ options: suggestions(value, hits) });
  });
  app.view(DOCS_MODAL, async ({ body, view, ack }) => {
    const opened = readOpened(view.private_metadata);
    const raw: unknown = body;
    const doer = modalDoer(raw);
    const value = chosenIn(view);
    if (!opened || !doer || value === undefined) {
      log.warn({}, "A modal came back without what it was opened with");
      return ack();
    }
    const errors = tooLate(opened, Date.now());
    if (errors) return ack({ response_action: "errors", errors });
    await ack();
    const { respond } = opened;
    const tell = (markdown: string) => tellAt(respond, { markdown }, tools);
    await apologising(tools, { kind: "a modal", tell }, () => showDocs({ doer, value, respond }, tools));
  });
}

/** Who has a modal open, and where it was opened. */
function modalDoer(body: unknown): Doer | undefined {
  if (!isObject(body)) return undefined;
  const { user, team, view } = body;
  const own = textOf(user, "id");
  const home = textOf(user, "team_id") ?? textOf(team, "id");
  const opened = readOpened(isObject(view) ? view["private_metadata"] : undefined);
  if (own === undefined || home === undefined || !opened) return undefined;
  const name = textOf(user, "username") ?? textOf(user, "name") ?? own;
  return { team: textOf(team, "id") ?? home, channel: opened.channel, person: { team: home, user: own }, name };
}

/** An acknowledgement that is given once: a second one is no error. */
function onlyOnce(ack: AckFn<string | RespondArguments>): AckFn<string | RespondArguments> {
  let isGiven = false;
  return async (answer) => {
    if (isGiven) return;
    isGiven = true;
    await ack(answer);
  };
}
