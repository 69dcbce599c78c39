import type { Answered, ModelLabel, Progress, QuotedAnswer } from "../../brain/brain.ts";
import { counted } from "./counted.ts";
import { styled, type Look } from "./look.ts";
import { nameOf, sentence } from "./model-report.ts";
import { renderAnswer, renderLabel, renderQuotes, renderSources, renderWritten } from "./to-terminal.ts";

/** An answer that is shown while it is made. */
export interface LiveAnswer {
  /** Shows what is new; never throws. */
  readonly onProgress: (progress: Progress) => void;
  /** What is left to show once the answer is there. */
  rest(answered: Answered): string;
  /** What stands of an answer that was stopped: its words, and what is left to show. Undefined where nothing was shown. */
  stopped(): { readonly words: string; readonly rest: string } | undefined;
}

/**
 * Shows an answer while it is made: the quotes at once, then what the model writes, sentence by sentence, then where it all stands.
 * A terminal cannot take back what was shown, so what is written repeats nothing. `say` may not throw.
 */
export function createLiveAnswer(given: {
  readonly look: Look;
  readonly model: ModelLabel | undefined;
  readonly say: (text: string) => void;
}): LiveAnswer {
  const { look, model, say } = given;
  let quoted: QuotedAnswer | undefined;
  let cited: QuotedAnswer["passages"] | undefined;
  let text = "";
  let note = "";
  const tell = (line: string) => {
    if (line !== note) say(`${styled(line, { format: "dim", ...look })}\n`);
    note = line;
  };
  return {
    onProgress(progress) {
      if (progress.kind === "quoted") {
        // Told a second time when the core was restarted.
        if (!quoted) say(`${renderQuotes(progress.answer, look)}\n\n`);
        quoted = progress.answer;
        tell(`${model ? `${nameOf(model)} is writing` : "Writing"} …`);
      } else if (progress.kind === "waiting" && text === "") tell(waitingWords(progress));
      else if (progress.kind === "late" && text === "") tell(sentence(progress.why));
      else if (progress.kind === "writing" && progress.text.startsWith(text)) {
        if (text === "") say(`\n${renderLabel(progress.model, look)}`);
        say(growth(text, { now: progress.text, look }));
        ({ text, passages: cited } = progress);
      }
    },
    rest: (answered) => (quoted ? restOf(answered, { quoted, text, look }) : renderAnswer(answered, look)),
    stopped() {
      return quoted && stoppedAt(quoted, { text, cited, look });
    },
  };
}

function stoppedAt(
  quoted: QuotedAnswer,
  {
    text,
    cited,
    look,
  }: { readonly text: string; readonly cited: QuotedAnswer["passages"] | undefined; readonly look: Look },
): { readonly words: string; readonly rest: string } {
  const words = text === "" ? quoted.quotes.map((quote) => quote.text).join(" ") : text;
  const kind = text === "" ? ("quoted" as const) : ("cited" as const);
  return { words, rest: renderSources({ ...quoted, ...(cited && { passages: cited }), kind }, look) };
}

interface Shown {
  readonly quoted: QuotedAnswer;
  readonly text: string;
  readonly look: Look;
}

function restOf(answered: Answered, { quoted, text, look }: Shown): string {
  const { answer, writing } = answered;
  if (answer.kind === "cited" && answer.text.startsWith(text)) {
    const label = text === "" && writing?.kind === "written" ? renderLabel(writing.model, look) : "";
    const before = text === "" ? `\n${label}` : "";
    const quotes = quotesIn(answer.passages, quoted);
    return `${before}${growth(text, { now: answer.text, look })}\n\n${renderSources({ ...answer, quotes }, look)}`;
  }
  if (answer.kind === "quoted" && text === "" && sameWords(answer, quoted)) {
    const why = writing?.kind === "not written" ? `${styled(sentence(writing.why), { format: "dim", ...look })}\n` : "";
    return `${why}\n${renderSources(answer, look)}`;
  }
  return `${text === "" ? "" : "\n"}\n${renderAnswer(answered, look)}`;
}

/** The quotes that were shown at first, where their passages stand now. */
function quotesIn(passages: QuotedAnswer["passages"], { quotes, passages: before }: QuotedAnswer) {
  return quotes.flatMap((quote) => {
    const passage = passages.findIndex(({ id }) => id === before[quote.passage]?.id);
    return passage === -1 ? [] : [{ ...quote, passage }];
  });
}

function sameWords(one: QuotedAnswer, other: QuotedAnswer): boolean {
  const wordsOf = ({ quotes }: QuotedAnswer) => quotes.map(({ text }) => text).join("\n");
  return wordsOf(one) === wordsOf(other);
}

/** What has to be shown after `before` to show `now`: the rest of the wrapped text, or a new line where the wrapping changed. */
function growth(before: string, { now, look }: { readonly now: string; readonly look: Look }): string {
  const [shown, wanted] = [before, now].map((text) => renderWritten(text, look));
  if (shown === undefined || wanted === undefined) return "";
  if (wanted.startsWith(shown)) return wanted.slice(shown.length);
  return `\n${renderWritten(now.slice(before.length).trimStart(), look)}`;
}

function waitingWords({ ahead, seconds }: Extract<Progress, { kind: "waiting" }>): string {
  const place = ahead === 0 ? "Yours is next" : `${counted(ahead, "question")} before yours`;
  return `${place}, about ${seconds < 120 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`}`;
}
