// Fits the weights of src/brain/confidence.ts on the public question sets, and judges each set with what was fitted on the other.
// Run: npx node bench/fit-confidence.ts
import { confidence, CONSIDERED, signsOf, type Model, type Signs } from "../src/brain/confidence.ts";
import { hasQuestionSets, openSet, readQuestions, SETS, type SetName } from "./question-sets.ts";

interface Example {
  readonly signs: Signs;
  readonly isAnswerable: boolean;
}

const NAMES = ["evidence", "standsOut", "covered", "fallsOff", "unknown"] as const satisfies readonly (keyof Signs)[];
/** The share of answerable questions of the fitting set that may be refused. */
const FALSE_REFUSALS = 0.08;
/** Other shares, to show how false answers and false refusals trade. */
const OTHER_SHARES = [0.04, 0.06, 0.1];
const RIDGE = 0.03;
const STEPS = 2_000;

if (hasQuestionSets()) {
  const sets = {
    "tts-handbook": await examplesOf("tts-handbook"),
    "plausible-docs": await examplesOf("plausible-docs"),
  };
  for (const share of [FALSE_REFUSALS, ...OTHER_SHARES]) report(sets, share);
  const both = SETS.flatMap((set) => sets[set]);
  const joint = fit(both, FALSE_REFUSALS);
  for (const set of SETS) console.log(`${set}, fitted on both: ${show(judge(sets[set], joint))}`);
  console.log("weights fitted on both:", joint);
}

function report(sets: Readonly<Record<SetName, Example[]>>, share: number): void {
  const results = SETS.map((judged) => {
    const fitted = fit(
      SETS.filter((set) => set !== judged).flatMap((set) => sets[set]),
      share,
    );
    return judge(sets[judged], fitted);
  });
  const total = (name: keyof ReturnType<typeof judge>) => sumOf(results.map((result) => result[name]));
  console.log(
    `each judged with what was fitted on the other, at ${share}: ${total("falseAnswers")} of ${total("unanswerable")} false answers, ` +
      `${total("falseRefusals")} of ${total("answerable")} false refusals (${((100 * total("falseRefusals")) / total("answerable")).toFixed(1)} %)`,
  );
  SETS.forEach((set, at) => {
    const result = results[at];
    if (result) console.log(`  ${set}: ${show(result)}`);
  });
}

/** The signs of every question of a set. */
async function examplesOf(set: SetName): Promise<Example[]> {
  await using knowledge = await openSet(set);
  const signal = new AbortController().signal;
  const examples: Example[] = [];
  for (const { question, history = [], answerable } of readQuestions(set)) {
    const earlier = history.filter(({ role }) => role === "user").map(({ text }) => text);
    const options = { clearance: ["team"], limit: CONSIDERED, signal } as const;
    const found = await knowledge.search({ text: question, earlier }, options);
    examples.push({ signs: signsOf(found), isAnswerable: answerable });
  }
  return examples;
}

/**
 * Logistic regression by gradient descent on standardised signs, both classes weighed alike; the bias is then set for the wanted
 * share of false refusals. Gives the weights for signs as they are.
 */
function fit(examples: readonly Example[], falseRefusals: number): Model {
  const scales = NAMES.map((name) => scaleOf(examples.map(({ signs }) => signs[name])));
  const scaleAt = (at: number) => scales[at] ?? { mean: 0, deviation: 1 };
  const rows = examples.map(({ signs, isAnswerable }) => ({
    values: NAMES.map((name, at) => (signs[name] - scaleAt(at).mean) / scaleAt(at).deviation),
    wanted: isAnswerable ? 1 : 0,
    weight: 1 / examples.filter((other) => other.isAnswerable === isAnswerable).length,
  }));
  const weights = NAMES.map(() => 0);
  let bias = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const errors = rows.map(({ values, wanted, weight }) => {
      const score = bias + sumOf(values.map((value, at) => value * (weights[at] ?? 0)));
      return (1 / (1 + Math.exp(-score)) - wanted) * weight;
    });
    bias -= sumOf(errors);
    weights.forEach((weight, at) => {
      const slope = sumOf(rows.map(({ values }, row) => (values[at] ?? 0) * (errors[row] ?? 0)));
      weights[at] = weight - slope - RIDGE * weight;
    });
  }
  const unscaled = (name: (typeof NAMES)[number]) =>
    (weights[NAMES.indexOf(name)] ?? 0) / scaleAt(NAMES.indexOf(name)).deviation;
  const model: Model = {
    bias: 0,
    evidence: unscaled("evidence"),
    standsOut: unscaled("standsOut"),
    covered: unscaled("covered"),
    fallsOff: unscaled("fallsOff"),
    unknown: unscaled("unknown"),
  };
  const scores = examples
    .filter(({ isAnswerable }) => isAnswerable)
    .map(({ signs }) => confidence(signs, model))
    .sort((one, other) => one - other);
  const first = Math.floor(scores.length * falseRefusals);
  return { ...model, bias: -((scores[first - 1] ?? 0) + (scores[first] ?? 0)) / 2 };
}

function scaleOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = sumOf(values) / values.length;
  return { mean, deviation: Math.sqrt(sumOf(values.map((value) => (value - mean) ** 2)) / values.length) || 1 };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function judge(examples: readonly Example[], model: Model) {
  const judged = examples.map(({ signs, isAnswerable }) => ({ isAnswerable, answers: confidence(signs, model) >= 0 }));
  return {
    falseAnswers: judged.filter(({ isAnswerable, answers }) => !isAnswerable && answers).length,
    unanswerable: judged.filter(({ isAnswerable }) => !isAnswerable).length,
    falseRefusals: judged.filter(({ isAnswerable, answers }) => isAnswerable && !answers).length,
    answerable: judged.filter(({ isAnswerable }) => isAnswerable).length,
  };
}

function show({ falseAnswers, unanswerable, falseRefusals, answerable }: ReturnType<typeof judge>): string {
  return `${falseAnswers} of ${unanswerable} false answers, ${falseRefusals} of ${answerable} false refusals`;
}
