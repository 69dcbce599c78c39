import type { Audience, Hit } from "../chat.ts";
import { attachedHits, type AttachedPassages } from "./attached.ts";
import { cleanQuestion } from "./clean-question.ts";
import { fuse, fuseRanks } from "./fuse.ts";
import type { Knowledge, Term } from "./knowledge.ts";
import type { Meaning } from "./meaning.ts";
import { collapseNearDuplicates } from "./near-duplicates.ts";
import type { PassageIndex, Scope } from "./passage-index.ts";
import { rankByPieces } from "./pieces.ts";
import { rankHits } from "./ranking.ts";
import { compareSentences, findNear, rerank } from "./search-by-meaning.ts";
import { rankTyped } from "./typed.ts";
import { wordsOf } from "../words/words.ts";
import { earlierOf, FREQUENCY_CAP, termsOf, weigh, type Unweighed } from "./terms.ts";

/** Passages that the index gives by plain BM25, to be ranked again with more signs: for the words as asked, and with their variants. */
const CANDIDATES = 100;
/** Passages that are ranked again for words as they are typed. */
const LOOKUP_CANDIDATES = 50;
const LONGEST_QUERY = 1_000;
/** Fewer words than this say too little to be looked for by their meaning while they are typed. */
const FEWEST_WORDS = 3;

/** What a search looks for: the question and what belongs to it of earlier turns, cleaned, and their words. Pure. */
export function askedOf({ text, earlier: before }: { readonly text: string; readonly earlier: readonly string[] }) {
  const question = cleanQuestion(text).slice(0, LONGEST_QUERY);
  const earlier = earlierOf(question, before).map((turn) => turn.slice(0, LONGEST_QUERY));
  return { question, earlier, terms: termsOf(question, earlier) };
}

/**
 * Search over a passage index: candidates by words, and by meaning where there is a model for that; then an order by what each word of
 * the question tells, and by how near a passage is. Attached passages are ranked along, whatever the clearance, or
 * (`isAlone`) with no others.
 */
export function createSearch(
  index: PassageIndex,
  meaning?: Pick<Meaning, "nearest" | "nearness" | "rerank">,
  attached?: Pick<AttachedPassages, "passages" | "frequencies" | "total"> & { readonly isAlone: boolean },
): Pick<Knowledge, "search" | "lookup"> {
  return {
    async search(asking, { limit, signal, ...place }) {
      signal.throwIfAborted();
      const { question, earlier, terms: unweighed } = askedOf(asking);
      const asked = [...earlier, question].join("\n");
      const [candidates, near, terms] = await Promise.all([
        attached?.isAlone
          ? []
          : findCandidates(index, { words: [question, ...earlier.toReversed()], terms: unweighed, ...place }),
        attached?.isAlone ? meaning && [] : findNear(asked, { index, meaning, place, signal }),
        weighTerms(index, unweighed, { clearance: place.clearance, attached }),
      ]);
      const given = await attachedHits(asked, attached?.passages ?? [], { meaning: near && meaning, signal });
      signal.throwIfAborted();
      const byWords = rankByPieces(rankHits([...merge(candidates, near), ...given], terms), terms);
      const compared = near ? await compareSentences(asked, fuse(byWords), { meaning, signal }) : byWords;
      const hits = await rerank(asked, compared, { meaning, signal });
      return { hits: collapseNearDuplicates(hits).slice(0, limit), terms };
    },
    async lookup(words, { limit, signal, ...place }) {
      signal.throwIfAborted();
      const typed = words.slice(0, LONGEST_QUERY);
      const found = { ...place, limit: Math.max(limit, LOOKUP_CANDIDATES), prefix: true };
      const [candidates, near] = await Promise.all([
        index.search(words, found),
        wordsOf(typed).length >= FEWEST_WORDS ? findNear(typed, { index, meaning, place, signal }) : undefined,
      ]);
      const ranked = rankTyped(candidates, typed);
      return (near ? fuseRanks([ranked, near]) : ranked).slice(0, limit);
    },
  };
}

/** Hits of both kinds, each passage once; those that are known to be near say how near. */
function merge(candidates: readonly Hit[], near: readonly Hit[] = []): Hit[] {
  return [...new Map([...candidates, ...near].map((hit) => [hit.passage.id, hit])).values()];
}

async function findCandidates(
  index: PassageIndex,
  given: {
    readonly words: readonly string[];
    readonly terms: readonly Unweighed[];
    readonly clearance: readonly Audience[];
    readonly scope?: Scope;
  },
): Promise<Hit[]> {
  const { words, terms, ...place } = given;
  const options = { ...place, limit: CANDIDATES };
  const variants = [...new Set(terms.flatMap((term) => term.variants.map(({ word }) => word)))];
  const content = terms.filter(({ isFunction }) => !isFunction).map(({ word }) => word);
  const queries = [words.join(" "), ...(variants.length > 0 ? [[...content, ...variants].join(" ")] : [])];
  const found = await Promise.all(queries.map((query) => index.search(query.slice(0, LONGEST_QUERY), options)));
  return [...new Map(found.flat().map((hit) => [hit.passage.id, hit])).values()];
}

/** What is counted in: the index, as these readers may read it, and what is attached. */
interface Counted {
  readonly clearance: readonly Audience[];
  readonly attached: Pick<AttachedPassages, "frequencies" | "total"> | undefined;
}

/** Counts the words and what they are short for; for a word that stands nowhere, the related words that do. */
async function weighTerms(index: PassageIndex, unweighed: readonly Unweighed[], counted: Counted): Promise<Term[]> {
  const countMost = (groups: readonly (readonly string[])[]) => countIn(index, groups, counted);
  const [{ passages }, counts] = await Promise.all([
    index.count(),
    countMost(
      unweighed.map(({ word, variants }) => [word, ...variants.filter(({ share }) => share === 1).map(wordOf)]),
    ),
  ]);
  const total = passages + (counted.attached?.total ?? 0);
  const unknown = unweighed.map(({ variants }, place) => (counts[place] === 0 ? variants.map(wordOf) : []));
  const related = await countMost(unknown);
  return unweighed.map((term, place) => weigh(term, { count: counts[place] || (related[place] ?? 0), total }));
}

/** For each group of words, in how many passages its most frequent one stands. */
async function countIn(
  index: PassageIndex,
  groups: readonly (readonly string[])[],
  { clearance, attached }: Counted,
): Promise<number[]> {
  const words = [...new Set(groups.flat())];
  const counts = words.length > 0 ? await index.frequencies(words, { clearance, cap: FREQUENCY_CAP }) : [];
  const known = new Map(
    words.map((word, place) => [word, (counts[place] ?? 0) + (attached?.frequencies.get(word) ?? 0)]),
  );
  return groups.map((group) => Math.max(0, ...group.map((word) => known.get(word) ?? 0)));
}

function wordOf({ word }: { readonly word: string }): string {
  return word;
}
