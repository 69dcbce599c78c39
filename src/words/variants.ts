import { stemOf } from "./words.ts";

/** Another word for a word, and how much finding it is worth beside finding the word itself (1 for a short form). */
export interface Variant {
  readonly word: string;
  readonly stem: string;
  readonly share: number;
}

/** What a related word is worth: it may stand for the same thing, or only be near it. */
const RELATED_SHARE = 0.5;

/** How people shorten words in a chat. */
const SHORT_FORMS = `
  pw password, pwd password, hr hour, hrs hours, min minute, mins minutes, sec second, secs seconds, yr year, yrs years, mo month,
  mos months, wk week, wks weeks, tmrw tomorrow, tmr tomorrow, mon monday, tue tuesday, tues tuesday, wed wednesday, thu thursday,
  thur thursday, thurs thursday, fri friday, jan january, feb february, apr april, jul july, aug august, sep september,
  sept september, oct october, nov november, dec december, msg message, msgs messages, pic picture, pics pictures, doc document,
  docs documents, app application, apps applications, info information, config configuration, repo repository, repos repositories,
  admin administrator, admins administrators, acct account, accts accounts, addr address, num number, nr number, qty quantity,
  amt amount, dept department, mgr manager, mgmt management, org organization, orgs organizations, env environment, dev developer,
  devs developers, prod production, db database, dbs databases, perms permissions, req requirement, reqs requirements,
  temp temporary, approx approximately, intl international, intro introduction, max maximum, min minimum, avg average, pct percent,
  diff difference, ppl people, lang language, lib library, pkg package, prev previous, pref preference, prefs preferences,
  prob problem, rep representative, sched schedule, tel telephone, wp wordpress`;

/** Words of working life that are often said for one another. General English: no word is here for one set of documents. */
const RELATED = `
  vacation holiday leave pto, kid child baby infant newborn son daughter, boss manager supervisor lead, colleague coworker
  teammate peer, employee staff worker, quit resign leave, fire dismiss terminate layoff, hire recruit onboard, job position
  role, salary pay wage compensation, money pay payment fund reimbursement, refund reimburse repay, price cost fee charge,
  expense cost spend, buy purchase order, bill invoice, discount reduction, free complimentary, delete remove erase wipe, add
  create new, change edit modify update rename, fix repair solve resolve, broken fail error issue problem bug, stop end cancel
  disable, start begin launch, allow permit enable, forbid prohibit ban, allowed permitted, need require must, block exclude
  filter ban, hide conceal invisible, show display view, see view look, find locate search, get obtain receive, send submit
  deliver, ask request, tell report notify inform, answer reply respond, help support assist, use utilize, try attempt test,
  check verify review, approve sign authorize, choose select pick, share give grant, access permission, join enter, log sign,
  login signin, logout signout, password passcode, secret credential key, picture image photo, screenshot capture, phone mobile
  cell telephone smartphone, computer laptop machine mac pc, email mail, message chat dm, meeting call, website site page, link
  url, dashboard report, statistics stats metrics numbers data, graph chart plot, note annotation comment, file document, folder
  directory, copy duplicate, export download, import upload, move migrate transfer, save store keep, backup restore, expire
  lapse, due deadline, limit cap maximum quota, minimum least, often frequency interval, long length duration, fast quick speed,
  slow delay latency, big large size, wrong incorrect invalid, missing absent, old previous former, visitor user guest, customer
  client, company organization business, team group, nonprofit charity, travel trip, flight plane fly, train rail, taxi cab
  ride, car vehicle, hotel lodging, home house remote, office building workplace, ill sick illness, doctor medical health,
  vaccine vaccination, injury accident, training course class, conference event, book manual, rule policy, contract agreement,
  law legal, tax vat, scam phishing fraud, hack breach incident, virus malware, device equipment hardware, install setup,
  uninstall remove, badge card pass, desk chair furniture, timesheet timecard, overtime extra, weekend saturday sunday, daily
  day, weekly week, monthly month, yearly annual year, summary digest overview, alert notification ping, default standard, plan
  tier subscription, trial demo, upgrade update, language translation, owner admin, country region location`;

const shortForms = new Map<string, Variant[]>();
for (const pair of SHORT_FORMS.split(",")) {
  const [short = "", word = ""] = pair.trim().split(/\s+/);
  shortForms.set(short, [...(shortForms.get(short) ?? []), { word, stem: stemOf(word), share: 1 }]);
}

const related = new Map<string, Variant[]>();
for (const line of RELATED.split(",")) {
  const group = line.trim().split(/\s+/);
  for (const [place, word] of group.entries()) {
    const others = group
      .toSpliced(place, 1)
      .map((other) => ({ word: other, stem: stemOf(other), share: RELATED_SHARE }));
    related.set(stemOf(word), [...(related.get(stemOf(word)) ?? []), ...others]);
  }
}

/** Other words that a text may use for a word of a question: what it is short for, then related words, each stem once. */
export function variantsOf({ word, stem }: { readonly word: string; readonly stem: string }): readonly Variant[] {
  const found = new Map<string, Variant>();
  for (const variant of [...(shortForms.get(word) ?? []), ...(related.get(stem) ?? [])]) {
    if (variant.stem !== stem && !found.has(variant.stem)) found.set(variant.stem, variant);
  }
  return [...found.values()];
}
