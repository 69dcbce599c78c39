// Fits the weights of src/brain/confidence.ts on the public question sets, by words and (given a model) by meaning, judges each set with
// what was fitted on the other, and both on questions that were never fitted on. Run: npx node bench/fit-confidence.ts [--embedder DIR]
import { parseArgs } from "node:util";
import { confidence, CONSIDERED, signsOf, type Model, type Signs } from "../src/brain/confidence.ts";
import { nearnessOf } from "../src/brain/nearness.ts";
import { candidatesOf } from "../src/brain/quote-candidates.ts";
import { cleanQuestion } from "../src/knowledge/clean-question.ts";
import type { Embedder } from "../src/knowledge/embedder.ts";
import { earlierOf } from "../src/knowledge/terms.ts";
import { NEAR_MISSES } from "./near-misses.ts";
import {
  hasQuestionSets,
  openEmbedder,
  openSet,
  readQuestions,
  SETS,
  type EvalQuestion,
  type SetName,
} from "./question-sets.ts";

interface Example {
  readonly signs: Signs;
  readonly isAnswerable: boolean;
}

/** A set's questions, and others that its documents do not answer either. */
interface Examples {
  readonly own: readonly Example[];
  readonly nearMisses: readonly Example[];
}

/** A sign, and whether it speaks for an answer or against one: a weight that says otherwise is left out. */
type Weighed = readonly [name: keyof Signs, direction: 1 | -1];
const BY_WORDS: readonly Weighed[] = [
  ["evidence", 1],
  ["standsOut", 1],
  ["fallsOff", 1],
  ["unknown", -1],
];
const BY_MEANING: readonly Weighed[] = [
  ["evidence", 1],
  ["standsOut", 1],
  ["unknown", -1],
  ["near", 1],
  ["lost", -1],
];
/** The share of answerable questions of the fitting sets that may be refused; then others, to show how the two mistakes trade. */
const FALSE_REFUSALS = 0.06;
const OTHER_SHARES = [0.04, 0.05, 0.08];
const RIDGE = 0.1;
const STEPS = 3_000;

const { values } = parseArgs({ options: { embedder: { type: "string" } } });

if (hasQuestionSets()) {
  await fitAll("by words", BY_WORDS, undefined);
  if (values.embedder !== undefined) {
    await using embedder = openEmbedder(values.embedder);
    await fitAll(`by words and meaning (${values.embedder})`, BY_MEANING, embedder);
  }
}

async function fitAll(name: string, weighed: readonly Weighed[], embedder: Embedder | undefined): Promise<void> {
  console.log(`\n${name}`);
  const sets = {
    "tts-handbook": await examplesOf("tts-handbook", embedder),
    "plausible-docs": await examplesOf("plausible-docs", embedder),
  };
  for (const share of [FALSE_REFUSALS, ...OTHER_SHARES]) report(sets, { weighed, share });
  const joint = fit(
    SETS.flatMap((set) => sets[set].own),
    { weighed, share: FALSE_REFUSALS },
  );
  for (const set of SETS) console.log(`${set}, fitted on both: ${show(judge(sets[set], joint))}`);
  console.log("weights fitted on both:", joint);
}

/** How each set is judged with what was fitted on the other. */
function report(
  sets: Readonly<Record<SetName, Examples>>,
  options: { readonly weighed: readonly Weighed[]; readonly share: number },
): void {
  const results = SETS.map((judged) => {
    const others = SETS.filter((set) => set !== judged).flatMap((set) => sets[set].own);
    return judge(sets[judged], fit(others, options));
  });
  const total = (name: keyof Judged) => sumOf(results.map((result) => result[name]));
  const refused = ((100 * total("falseRefusals")) / total("answerable")).toFixed(1);
  console.log(
    `each judged with what was fitted on the other, ${options.share} refused there: ${total("falseAnswers")} of ${total("unanswerable")} false answers, ` +
      `${total("falseRefusals")} of ${total("answerable")} false refusals (${refused} %), ${total("answeredMisses")} of ${total("misses")} near misses answered`,
  );
  for (const [place, set] of SETS.entries()) {
    const result = results[place];
    if (result) console.log(`  ${set}: ${show(result)}`);
  }
}

/** The signs of every question of a set, and of those that miss it narrowly. */
async function examplesOf(set: SetName, embedder: Embedder | undefined): Promise<Examples> {
  await using knowledge = await openSet(set, embedder);
  const signal = new AbortController().signal;
  const exampleOf = async ({ question, history = [], answerable }: Asked): Promise<Example> => {
    const earlier = history.filter(({ role }) => role === "user").map(({ text }) => text);
    const options = { clearance: ["team"], limit: CONSIDERED, signal } as const;
    const found = await knowledge.search({ text: question, earlier }, options);
    const text = cleanQuestion(question);
    const whole = [...earlierOf(text, earlier), text].join("\n");
    const compared = { question: text, whole, found, candidates: candidatesOf(text, found) };
    // What is remembered from before comes in time.
    const texts = compared.candidates.map(({ sentence }) => sentence.text);
    if (embedder) await knowledge.nearness(whole, texts, { signal });
    const attempt = () => nearnessOf(knowledge, compared, { signal });
    const nearness = embedder && ((await attempt()) ?? (await attempt()) ?? (await attempt()));
    if (embedder && !nearness) throw new Error(`No nearness for: ${question}`);
    return { signs: signsOf(found, nearness), isAnswerable: answerable };
  };
  const own: Example[] = [];
  for (const question of readQuestions(set)) own.push(await exampleOf(question));
  const nearMisses: Example[] = [];
  for (const question of NEAR_MISSES[set]) nearMisses.push(await exampleOf({ question, answerable: false }));
  return { own, nearMisses };
}

type Asked = Pick<EvalQuestion, "question" | "history" | "answerable">;

/**
 * Logistic regression by gradient descent on standardised signs, both classes weighed alike, with a ridge; the bias is then set for the
 * wanted share of false refusals. Gives the weights for signs as they are.
 */
function fit(
  examples: readonly Example[],
  { weighed, share }: { readonly weighed: readonly Weighed[]; readonly share: number },
): Model {
  const scales = weighed.map(([name]) => scaleOf(examples.map(({ signs }) => signs[name] ?? 0)));
  const scaleAt = (at: number) => scales[at] ?? { mean: 0, deviation: 1 };
  const rows = examples.map(({ signs, isAnswerable }) => ({
    values: weighed.map(([name], at) => ((signs[name] ?? 0) - scaleAt(at).mean) / scaleAt(at).deviation),
    wanted: isAnswerable ? 1 : 0,
    weight: 1 / examples.filter((other) => other.isAnswerable === isAnswerable).length,
  }));
  const weights = weighed.map(() => 0);
  let bias = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const errors = rows.map(({ values: row, wanted, weight }) => {
      const score = bias + sumOf(row.map((value, at) => value * (weights[at] ?? 0)));
      return (1 / (1 + Math.exp(-score)) - wanted) * weight;
    });
    bias -= sumOf(errors);
    for (const [at, [, direction]] of weighed.entries()) {
      const slope = sumOf(rows.map(({ values: row }, place) => (row[at] ?? 0) * (errors[place] ?? 0)));
      const moved = (weights[at] ?? 0) - slope - RIDGE * (weights[at] ?? 0);
      weights[at] = moved * direction < 0 ? 0 : moved;
    }
  }
  const unscaled = weighed.map(([name], at) => [name, (weights[at] ?? 0) / scaleAt(at).deviation] as const);
  const model: Model = { ...Object.fromEntries(unscaled), bias: 0 };
  const scores = examples
    .filter(({ isAnswerable }) => isAnswerable)
    .map(({ signs }) => confidence(signs, model))
    .sort((one, other) => one - other);
  const first = Math.floor(scores.length * share);
  return { ...model, bias: -((scores[first - 1] ?? scores[0] ?? 0) + (scores[first] ?? 0)) / 2 };
}

function scaleOf(numbers: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = sumOf(numbers) / numbers.length;
  return { mean, deviation: Math.sqrt(sumOf(numbers.map((value) => (value - mean) ** 2)) / numbers.length) || 1 };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0);
}

type Judged = ReturnType<typeof judge>;

function judge({ own, nearMisses }: Examples, model: Model) {
  const answers = ({ signs }: Example) => confidence(signs, model) >= 0;
  return {
    falseAnswers: own.filter((one) => !one.isAnswerable && answers(one)).length,
    unanswerable: own.filter(({ isAnswerable }) => !isAnswerable).length,
    falseRefusals: own.filter((one) => one.isAnswerable && !answers(one)).length,
    answerable: own.filter(({ isAnswerable }) => isAnswerable).length,
    answeredMisses: nearMisses.filter(answers).length,
    misses: nearMisses.length,
  };
}

function show({ falseAnswers, unanswerable, falseRefusals, answerable, answeredMisses, misses }: Judged): string {
  return `${falseAnswers} of ${unanswerable} false answers, ${falseRefusals} of ${answerable} false refusals, ${answeredMisses} of ${misses} near misses`;
}
