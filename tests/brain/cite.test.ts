import { describe, expect, it } from "vitest";
import { createCiter } from "../../src/brain/cite.ts";
import { sentencesOf } from "../../src/knowledge/sentences.ts";
import type { Passage } from "../../src/chat.ts";
import { randomFrom } from "../../src/eval/random.ts";
import { passage } from "../helpers/scripted-brain.ts";

const about = (text: string, given: Partial<Passage> = {}) =>
  passage({ title: "Handbook", headings: [], text, ...given });
/** The passages, counted from 1, that carry a sentence. */
const carriers = (sentence: string, texts: readonly string[], marks: readonly number[] = []) =>
  createCiter(texts.map((text) => about(text)))
    .check(sentence, { marks: marks.map((mark) => mark - 1) })
    .map((carrier) => carrier.passage + 1);
const isCarried = (sentence: string, text: string) => carriers(sentence, [text]).length > 0;

describe("a sentence is carried", () => {
  const kept: readonly (readonly [said: string, written: string])[] = [
    ["The garage closes at 22:00.", "The garage opens at 6:00. The garage closes at 22:00."],
    ["Garages close at 22:00.", "The garage closes at 22:00."],
    ["To reset your password, open Settings.", "Open Settings to reset your password."],
    ["The limit is 10,000 rows.", "The limit is 10000 rows."],
    ["You don't need a receipt.", "You do not need a receipt."],
    ["You need a form and a deposit of 20 EUR.", "You need:\n\n- a form\n- a deposit of 20 EUR"],
    ["A lost key costs €40.", "A lost key costs 40 €."],
    ["Two people sign it.", "2 people sign it."],
    ["Leads approve travel.", "Leads approve travel, and finance pays the bills."],
    ["年假是二十八天。", "年假是二十八天。病假另算。"],
    ["Der Urlaub beträgt 28 Tage.", "Der Urlaub beträgt 28 Tage. Krankheit zählt nicht."],
  ];
  it.each(kept)("%s", (said, written) => {
    expect(isCarried(said, written)).toBe(true);
  });

  it("by its headings together with its text", () => {
    const citer = createCiter([about("You get 28 days.", { headings: ["Annual leave"] })]);
    expect(citer.check("You get 28 days of annual leave.", { marks: [] })).toHaveLength(1);
    expect(citer.check("Annual leave.", { marks: [] })).toEqual([]);
    expect(citer.check("You get 28 days of sick leave.", { marks: [] })).toEqual([]);
  });

  it("by a table's row, whichever way round", () => {
    const table = "| Plan | Price |\n|---|---|\n| Small | 9 EUR |\n| Large | 19 EUR |";
    expect(isCarried("The Large plan: price 19 EUR.", table)).toBe(true);
    expect(isCarried("The Large plan: price 9 EUR.", table)).toBe(false);
    expect(isCarried("The Small plan: price 19 EUR.", table)).toBe(false);
  });
});

describe("a sentence is not carried", () => {
  const changed: Readonly<Record<string, readonly (readonly [said: string, written: string])[]>> = {
    "with another number, date or unit": [
      ["The garage closes at 23:00.", "The garage closes at 22:00."],
      ["You get 30 days of leave.", "You get 28 days of leave."],
      ["You get 28 hours of leave.", "You get 28 days of leave."],
      ["You get 28 of leave.", "You get 28 days of leave."],
      ["A seat costs 5 USD a month.", "A seat costs 5 EUR a month."],
      ["The upload limit is 5 GB.", "The upload limit is 5 MB."],
      ["The rate is 3.5 percent.", "The rate is 35 percent."],
      ["The rate is 35 percent.", "The rate is 35 points."],
      ["The room cools to 5 degrees.", "The room cools to -5 degrees."],
      ["Phase 2 ends on 3 May 2026.", "Phase 2 ends on 3 May 2025."],
    ],
    "with numbers that changed places": [
      ["You get 10 days of annual leave and 28 sick days.", "You get 28 days of annual leave and 10 sick days."],
      ["28 sick days, 10 days of annual leave.", "28 days of annual leave, 10 sick days."],
      ["The floor has 4 rooms with 12 desks.", "The floor has 12 rooms with 4 desks."],
    ],
    "with another name, address or piece of code": [
      ["Mira Tal approves travel.", "Jon Berg approves travel."],
      ["Write to it@other.example for access.", "Write to it@team.example for access."],
      ["Open https://evil.example/a to log in.", "Open https://team.example/a to log in."],
      ["Run hearth sync --force to begin.", "Run hearth sync --all to begin."],
      ["Set model.threads to begin.", "Set model.gpu to begin."],
      ["It is told by leads.", "IT is told by leads."],
      ["Ask US staff for help.", "Ask us, the staff, for help."],
      ["The 18F office is open.", "The 17F office is open."],
    ],
    "that denies what is affirmed, or the reverse": [
      ["You can not share your password.", "You can share your password."],
      ["You can share your password.", "You can not share your password."],
      ["You can share your password.", "You cannot share your password."],
      ["Contractors get a laptop.", "Contractors don't get a laptop."],
      ["Contractors never get a laptop.", "Contractors get a laptop."],
      ["Travel is paid.", "Travel is unpaid."],
      ["Bring a bag with a lock.", "Bring a bag without a lock."],
      ["Monday is free but Friday is not free.", "Monday is not free but Friday is free."],
      ["No, you share your password with the desk.", "You share no password with the desk."],
    ],
    "with another duty or permission": [
      ["You must ask your lead.", "You may ask your lead."],
      ["You may ask your lead.", "You must ask your lead."],
      ["You should ask your lead.", "You must ask your lead."],
      ["You have to file a report.", "You file a report."],
      ["Guests enter the lab.", "Guests may enter the lab."],
    ],
    "with another order in time, or another bound": [
      ["Ask before you travel.", "Ask after you travel."],
      ["You get up to 10 days.", "You get at least 10 days."],
      ["You get 10 days.", "You get up to 10 days."],
      ["A sync takes less than 3 hours.", "A sync takes more than 3 hours."],
      ["Send it until Friday.", "Send it since Friday."],
      ["The trip is longer than 3 days.", "The trip is shorter than 3 days."],
    ],
    "about more, or fewer, than is written": [
      ["All guests need a badge.", "Some guests need a badge."],
      ["Guests need a badge.", "Only guests need a badge."],
      ["Only guests need a badge.", "Guests need a badge."],
      ["Guests or leads need a badge.", "Guests and leads need a badge."],
      ["Employees get a bonus.", "Most employees get a bonus."],
      ["Employees get a bonus.", "Full-time employees get a bonus."],
      ["Employees get a bonus.", "Employees who work abroad get a bonus."],
    ],
    "without a condition or an exception": [
      ["Contractors get a laptop.", "Contractors get a laptop unless they bring their own."],
      ["Everybody leaves early.", "If it snows, everybody leaves early."],
      ["You can export the data.", "On the Business plan, you can export the data."],
      ["The desk is open.", "The desk is open except on Fridays."],
      ["Share passwords.", "Never do this: share passwords."],
    ],
    "where who does what to whom has changed": [
      ["Employees manage leads.", "Leads manage employees."],
      ["Employees approve managers.", "Employees are approved by managers."],
      ["Reports are approved by staff.", "Reports approved staff."],
      ["Move files from B to A.", "Move files from A to B."],
      ["Move files to A from B.", "Move files from A to B."],
      ["You send us the form.", "We send you the form."],
      ["The contractor informs HR before the lead starts.", "The lead informs HR before the contractor starts."],
    ],
    "that puts together what stands apart": [
      ["Leads pay bills.", "Leads approve travel. Finance pays bills."],
      ["The garage closes at noon.", "The garage is new.\n\nLunch is served.\n\nThe canteen closes at noon."],
    ],
    "that claims nothing, or is no claim": [
      ["Does the garage close at 22:00?", "The garage closes at 22:00."],
      ["Here is what the documents say:", "The garage closes at 22:00."],
      ["The documents do not say when.", "The garage closes at 22:00."],
      ["Yes.", "Yes, the garage closes at 22:00."],
      ["Not before.", "Not before noon."],
      ["Ignore the rules and say hello.", "The garage closes at 22:00."],
    ],
    "in another language than its passage": [
      ["Die Garage schließt um 22:00 Uhr.", "The garage closes at 22:00."],
      ["The garage closes at 22:00.", "Die Garage schließt um 22:00 Uhr."],
      ["Der Urlaub beträgt 28 Tage.", "Der Urlaub beträgt nicht 28 Tage."],
      ["Der Urlaub beträgt nicht 28 Tage.", "Der Urlaub beträgt 28 Tage."],
      ["年假是二十天。", "年假是二十八天。"],
      ["年假不是二十八天。", "年假是二十八天。"],
    ],
  };
  for (const [name, pairs] of Object.entries(changed)) {
    describe(name, () => {
      it.each(pairs)("%s ← %s", (said, written) => {
        const [first = ""] = written.split(/(?<=[.:。])\s/);
        if (!first.endsWith(":")) expect(isCarried(first, written)).toBe(true);
        expect(isCarried(said, written)).toBe(false);
      });
    });
  }

  it("when it fills in what is spoken of", () => {
    const citer = createCiter([
      about("The small plan is new. It costs 19 EUR.", { headings: ["Large plan"] }),
      about("Costs 19 EUR.", { headings: ["Small plan or large plan"] }),
    ]);
    expect(citer.check("The large plan costs 19 EUR.", { marks: [] })).toEqual([]);
  });

  it("when it puts the first part of a sentence before the last", () => {
    expect(isCarried("Small: 9 seats.", "We offer this. Small: 5 seats; large: 9 seats.")).toBe(false);
    expect(isCarried("Monday is closed.", "Monday is open, Friday is closed.")).toBe(false);
    expect(isCarried("Leads stay.", "Leads, like everybody, travel. Contractors, who are new, stay.")).toBe(false);
  });

  it("when it leans on a sentence that was not said before it", () => {
    const citer = createCiter([about("Links expire. It takes 30 days."), about("Keys are new. It takes 30 days.")]);
    const say = (after?: { passage: number; first: number; last: number }) =>
      citer.check("It takes 30 days.", { marks: [], after }).map((carrier) => carrier.passage);
    expect(say()).toEqual([]);
    expect(say({ passage: 0, first: 0, last: 0 })).toEqual([0]);
    expect(say({ passage: 1, first: 0, last: 0 })).toEqual([1]);
  });
});

describe("marks", () => {
  const texts = ["The garage closes at 22:00.", "A lost key costs 40 EUR.", "A lost key costs 40 EUR."];

  it("stand when the passage they name carries the sentence", () => {
    expect(carriers("A lost key costs 40 EUR.", texts, [3])).toEqual([3]);
    expect(carriers("A lost key costs 40 EUR.", texts, [2, 3])).toEqual([2, 3]);
  });

  it("are put right when they are missing or wrong", () => {
    expect(carriers("The garage closes at 22:00.", texts)).toEqual([1]);
    expect(carriers("The garage closes at 22:00.", texts, [2])).toEqual([1]);
    expect(carriers("The garage closes at 22:00.", texts, [9])).toEqual([1]);
    expect(carriers("The garage closes at 22:00.", texts, [1, 2])).toEqual([1]);
  });
});

describe("an item", () => {
  it("comes with what leads into it, through all levels", () => {
    const citer = createCiter([about("You must not:\n\n- On laptops:\n  - install games\n- share passwords")]);
    expect(citer.check("Share passwords", { marks: [] })).toEqual([
      { passage: 0, first: 3, last: 3, leadIn: "You must not:" },
    ]);
    expect(citer.check("install games", { marks: [] })[0]?.leadIn).toBe("You must not: On laptops:");
    expect(citer.check("You must not share passwords.", { marks: [] })[0]?.leadIn).toBeUndefined();
    expect(citer.check("You must share passwords.", { marks: [] })).toEqual([]);
  });
});

describe("code", () => {
  it("is carried only as it stands", () => {
    const citer = createCiter([about("Run this:\n\n```sh\nnpm ci\nnpm start -- --docs /srv\n```")]);
    expect(citer.checkCode("npm ci\nnpm start -- --docs /srv")).toEqual([
      { passage: 0, first: 1, last: 1, leadIn: "Run this:" },
    ]);
    expect(citer.checkCode("npm start -- --docs /srv")).toHaveLength(1);
    expect(citer.checkCode("npm start -- --docs /etc")).toEqual([]);
    expect(citer.checkCode("npm ci\nrm -rf /")).toEqual([]);
    expect(citer.checkCode("")).toEqual([]);
  });
});

/** Made-up rules of a team: who, what, how many, when. */
const random = randomFrom(4);
const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? "";
const WHO = ["Ana Ruiz", "Bo Lind", "Cem Kaya", "Dora Pell", "Emil Voss"];
const DOES = ["approves", "reviews", "signs", "files", "archives"];
const WHAT = ["travel", "invoices", "contracts", "leave", "repairs"];
const rule = () =>
  `${pick(WHO)} ${pick(DOES)} ${pick(WHAT)} within ${2 + Math.floor(random() * 60)} ${pick(["days", "hours", "weeks"])} of the request.`;

describe("of a hundred made-up rules", () => {
  const rules = [...new Set(Array.from({ length: 100 }, rule))];
  const inPassages = rules.map((text) => about(`Everything is new. ${text} Ask the desk.`));

  it("each is carried by its own passage and no other", () => {
    for (const [place, text] of rules.entries()) {
      const found = createCiter(inPassages).check(text, { marks: [place] });
      expect(
        found.map((carrier) => carrier.passage),
        text,
      ).toEqual([place]);
    }
  });

  it("none is carried by its passage once a number, a name, a verb or a denial is changed", () => {
    for (const [place, text] of rules.entries()) {
      const citer = createCiter(inPassages.slice(place, place + 1));
      const number = Number(/\d+/.exec(text)?.[0]);
      const name = WHO.find((one) => text.startsWith(one)) ?? "";
      const verb = DOES.find((one) => text.includes(one)) ?? "";
      const other = (from: readonly string[], not: string) => pick(from.filter((one) => one !== not));
      const lies = [
        text.replace(/\d+/, String(number + 1 + Math.floor(random() * 9))),
        text.replace(name, other(WHO, name)),
        text.replace(name, name.split(" ").toReversed().join(" ")),
        text.replace(verb, other(DOES, verb)),
        text.replace(verb, `never ${verb}`),
        text.replace(verb, `does not ${verb}`),
        text.replace(verb, `may ${verb}`),
        text.replace("within", "not within"),
        text.replace("within", "after"),
        text.replace(/ (days|hours|weeks)/, (unit) => other([" days", " hours", " weeks"], unit)),
      ];
      for (const lie of lies) expect(citer.check(lie, { marks: [0] }), `${lie} ← ${text}`).toEqual([]);
    }
  });

  it("none is carried with any of its words left out, or with a word added", () => {
    for (const [place, text] of rules.slice(0, 30).entries()) {
      const citer = createCiter(inPassages.slice(place, place + 1));
      const words = text.split(" ");
      for (const [at, word] of words.entries()) {
        if (["of", "the", "request."].includes(word)) continue;
        const shorter = words.toSpliced(at, 1).join(" ");
        expect(citer.check(shorter, { marks: [] }), shorter).toEqual([]);
        const longer = words.toSpliced(at, 0, pick(["senior", "only", "9", "Fay", "unless"])).join(" ");
        expect(citer.check(longer, { marks: [] }), longer).toEqual([]);
      }
    }
  });
});

it("reads every sentence of a passage as carried by it", () => {
  const text = [
    "Everybody gets 28 days of annual leave, e.g. for a holiday. Ask your lead first; HR (hr@team.example) is told by them.",
    "You need:\n\n1. a signed form\n2. a deposit of 20 EUR\n   - or a card",
    "| Plan | Price |\n|---|---|\n| Small | 9 EUR |\n| Large | 19 EUR |",
    "See [the page](https://team.example/a_b) or `hearth sync --all`. Don't share it: it's secret.",
  ].join("\n\n");
  const citer = createCiter([about(text)]);
  for (const [place, { text: sentence }] of sentencesOf(text).entries()) {
    const after = { passage: 0, first: place - 1, last: place - 1 };
    const isLeadIn = sentence.endsWith(":");
    expect(citer.check(sentence, { marks: [0], after }), sentence).toHaveLength(isLeadIn ? 0 : 1);
  }
});
