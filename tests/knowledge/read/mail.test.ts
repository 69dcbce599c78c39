import { describe, expect, it } from "vitest";
import { readDocuments } from "../../../src/knowledge/read/read.ts";
import { trimMail } from "../../../src/knowledge/read/mail-text.ts";

const read = (text: string, path = "mail.eml") => readDocuments(Buffer.from(text, "latin1"), { path });
const texts = async (text: string) => (await read(text))[0].blocks.map((block) => block.text);
const utf8 = (text: string) => Buffer.from(text).toString("latin1");

const head =
  "From: =?utf-8?Q?Jane_D=C3=B6e?= <jane@acme.example>\r\nTo: Team <team@acme.example>, bob@acme.example\r\n" +
  "Subject: Re: [team] Fwd: Move\r\nDate: Tue, 03 Nov 2026 10:12:00 +0100\r\n";

describe("an e-mail message", () => {
  it("is a document by its subject, with who wrote to whom and when", async () => {
    const [document] = await read(`${head}\r\nWe move on Friday.\r\n\r\n- boxes\r\n- tape\r\n`);
    expect(document).toEqual({
      title: "Move",
      date: "2026-11-03T09:12:00.000Z",
      blocks: [
        {
          kind: "paragraph",
          text: "From: Jane Döe (jane@acme.example)\nTo: Team, bob@acme.example\nDate: 3 November 2026, 09:12 UTC",
          lines: [0, 0],
        },
        { kind: "paragraph", text: "We move on Friday.", lines: [0, 0] },
        { kind: "list", text: "- boxes\n- tape", lines: [0, 0] },
      ],
    });
  });

  it("is read in the encoding that it says", async () => {
    const quoted =
      "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe";
    expect(await texts(`Subject: a\r\n${quoted}`)).toEqual(["Grüße"]);
    const base64 = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    expect(await texts(`Subject: a\r\n${base64}${Buffer.from("会议在星期五").toString("base64")}`)).toEqual([
      "会议在星期五",
    ]);
    expect(
      await texts(`Subject: a\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n\xf0\xd2\xc9\xd7\xc5\xd4`),
    ).toEqual(["Привет"]);
  });

  it("is read from its HTML where it has no text, without what it only quotes", async () => {
    const html =
      "Content-Type: text/html; charset=utf-8\r\n\r\n<style>p{}</style><div>The <b>rate</b> is 12 %.</div><table><tr><th>A</th></tr><tr><td>1</td></tr></table>" +
      '<div class="gmail_quote"><div class="gmail_attr">On Tue, Nov 3, 2026 Bob wrote:</div><blockquote>What is it?</blockquote></div>';
    expect(await texts(`Subject: Re: a\r\n${html}`)).toEqual(["The rate is 12 %.", "| A |\n| --- |\n| 1 |"]);
    expect(await texts(`Subject: Fwd: a\r\n${html}`)).toContain("What is it?");
    const outlook = "Content-Type: text/html\r\n\r\n<p>Yes.</p><div id=divRplyFwdMsg><b>From:</b> Bob</div><p>Old.</p>";
    expect(await texts(`Subject: Re: a\r\n${outlook}`)).toEqual(["Yes."]);
  });

  it("prefers text to HTML, unless the text only says that there is HTML", async () => {
    const both = (text: string, html: string) =>
      `Subject: a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n${text}\r\n--b\r\nContent-Type: text/html\r\n\r\n${html}\r\n--b--\r\n`;
    expect(await texts(both("The text.", "<p>The HTML.</p>"))).toEqual(["The text."]);
    const page = `<p>${"The whole story. ".repeat(40)}</p>`;
    expect((await texts(both("Your program cannot show HTML.", page)))[0]).toMatch(/^The whole story/);
  });

  it("has its attachments read, and names the others", async () => {
    const message =
      `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee below.\r\n` +
      '--b\r\nContent-Type: text/markdown\r\nContent-Disposition: attachment; filename="plan.md"\r\n\r\n# Floor plan\r\n\r\nBy the window.\r\n' +
      '--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="photo.png"\r\n\r\nPNG\r\n' +
      '--b\r\nContent-Type: image/png\r\nContent-Disposition: inline; filename="logo.png"\r\n\r\nPNG\r\n' +
      "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Lease\r\nDate: Mon, 02 Nov 2026 08:00:00 +0000\r\n\r\nIt ends in May.\r\n--b--\r\n";
    const documents = await read(message);
    expect(documents).toMatchObject([
      {
        title: "Move",
        blocks: [{}, { text: "See below." }, { text: "Attachments: plan.md, photo.png (not read), message.eml" }],
      },
      { title: "Floor plan", part: "plan.md", date: "2026-11-03T09:12:00.000Z" },
      { title: "Lease", part: "message.eml", date: "2026-11-02T08:00:00.000Z" },
    ]);
    expect(documents[0]).not.toHaveProperty("part");
  });

  it("says which attachment cannot be read", async () => {
    const [document] = await read(
      'Subject: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment; filename="a.zip"\r\n\r\nno archive\r\n--b--',
    );
    expect(document.unread).toBe("not read of it: a.zip (it is no zip archive, or only a part of one)");
  });

  it("is read as far as it goes when it is cut off, and refused when it is none", async () => {
    const cut = "Subject: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nThe beginning";
    expect(await texts(cut)).toEqual(["The beginning"]);
    await expect(read("no headers\r\nat all")).rejects.toThrow("it is no e-mail message");
    const nested = Array.from(
      { length: 60 },
      (_, depth) => `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n`,
    );
    await expect(read(`From: a@b\r\n${nested.join("")}`)).rejects.toThrow("nested more than 50 deep");
  });
});

describe("what a message says itself", () => {
  const own = (text: string) => trimMail(text, { isForward: false });

  it("has no older messages below it, in any of the ways that programs write them", () => {
    const histories = [
      "On Mon, Nov 2, 2026 at 9:00 AM Bob <bob@acme.example> wrote:\n> When?\n>> Older.",
      "On Mon, 2 Nov 2026 at 09:00, Bob Stone\n<bob.stone@acme.example> wrote:\n\n> When?",
      "Am 02.11.2026 um 10:12 schrieb Bob:\n> Wann?",
      "2026年11月2日 10:12 Bob <b@a.example>：\n\n> いつ？",
      "-----Original Message-----\nFrom: Bob\nSent: Monday\nTo: Jane\nSubject: a\n\nWhen?",
      "________________________________\nVon: Bob\nGesendet: Montag\nAn: Jane\nBetreff: a\n\nWann?",
      "From: Bob\nSent: Monday\nTo: Jane\n\nWhen?",
      "On 2 Nov 2026, Bob wrote:\n\nWhen?\nSoon?",
    ];
    for (const history of histories) expect(own(`On Friday.\n\n${history}\n`)).toBe("On Friday.");
  });

  it("keeps the last quoted lines above an answer", () => {
    expect(own("> One.\n> Two.\n>> Older.\n> Three.\n> When?\nOn Friday.\n\n> Where?\n")).toBe(
      "> Two.\n> Three.\n> When?\n\nOn Friday.",
    );
  });

  it("has no signature, footer of a list, or name of a device", () => {
    expect(own("On Friday.\n-- \nJane\nHead of things")).toBe("On Friday.");
    expect(
      own("On Friday.\n_______________________________________________\nteam mailing list\nteam@acme.example"),
    ).toBe("On Friday.");
    expect(own("On Friday.\n\nSent from my phone")).toBe("On Friday.");
    expect(own(`Steps\n--\n${"a step\n".repeat(20)}`)).toContain("a step");
  });

  it("keeps what looks alike but is not", () => {
    const text = "From: the start, we said so.\nTo: everybody.\n\nWe wrote:\n\nSteps: 3";
    expect(own(text)).toBe(text);
  });

  it("is everything where there is nothing else, or where it is passed on", () => {
    expect(own("> When?\n> Where?")).toBe("When?\nWhere?");
    const forwarded = "FYI\n\n---------- Forwarded message ---------\nFrom: Bob\nDate: Monday\nTo: Jane\n\nThe news.";
    expect(trimMail(forwarded, { isForward: true })).toBe(forwarded);
  });
});

describe("a mailbox", () => {
  const message = (given: {
    readonly day: number;
    readonly subject: string;
    readonly text: string;
    readonly from?: string;
    readonly headers?: string;
  }) =>
    `From jane@acme.example Mon Nov  2 10:12:00 2026\nFrom: ${given.from ?? "Jane <jane@acme.example>"}\nSubject: ${given.subject}\n` +
    `Date: ${given.day} Nov 2026 09:00:00 +0000\n${given.headers ?? ""}\n${given.text}\n\n`;
  const plan = (text: string) =>
    `--b\n\n${text}\n--b\nContent-Disposition: attachment; filename="plan.txt"\n\nThe plan.\n--b--`;
  const mixed = "Content-Type: multipart/mixed; boundary=b\n";
  const disclaimer = "This message is for the person that it was sent to, and for nobody else at all.";
  const box =
    message({
      day: 1,
      subject: "Move",
      text: plan(`From the start we pack.\n\nFrom 9:00 on we move.\n\n${disclaimer}`),
      headers: `Message-ID: <1@a>\n${mixed}`,
    }) +
    message({ day: 4, subject: "Report", text: "All fine.", headers: "Message-ID: <4@a>\n" }) +
    message({
      day: 3,
      subject: "Re: Move",
      text: "Second.",
      from: "Kim <kim@a.example>",
      headers: "References: <1@a> <2@a>\nMessage-ID: <3@a>\n",
    }) +
    message({
      day: 2,
      subject: "Re: Move",
      text: plan(`Which floor?\n\n${disclaimer}`),
      headers: `In-Reply-To: <1@a>\nMessage-ID: <2@a>\n${mixed}`,
    }) +
    message({ day: 5, subject: "Report", text: "All fine again." }) +
    message({ day: 6, subject: "AW: Report", text: "Danke!" });

  it("is read as its threads, each message under its sender and day", async () => {
    const documents = await read(utf8(box), "team.mbox");
    expect(documents.map(({ title, part, date }) => [title, part, date])).toEqual([
      ["Move", "2026-11-01 Move", "2026-11-03T09:00:00.000Z"],
      ["Report", "2026-11-04 Report", "2026-11-04T09:00:00.000Z"],
      ["Report", "2026-11-05 Report", "2026-11-06T09:00:00.000Z"],
      ["Plan", "2026-11-01 Move/plan.txt", "2026-11-01T09:00:00.000Z"],
    ]);
    expect(documents[0].blocks.map(({ text }) => text)).toEqual([
      "Jane, 1 November 2026",
      "From: Jane (jane@acme.example)\nDate: 1 November 2026, 09:00 UTC",
      "From the start we pack.",
      "From 9:00 on we move.",
      disclaimer,
      "Attachments: plan.txt",
      "Jane, 2 November 2026",
      "Which floor?",
      "Attachments: plan.txt",
      "Kim, 3 November 2026",
      "Second.",
    ]);
  });

  it("leaves out what was deleted, filed as spam or never sent", async () => {
    const gone =
      message({ day: 7, subject: "Deleted", text: "x", headers: "X-Mozilla-Status: 0009\n" }) +
      message({ day: 7, subject: "Spam", text: "x", headers: "X-Gmail-Labels: Spam,Unread\n" }) +
      message({ day: 7, subject: "Draft", text: "x", headers: "X-Gmail-Labels: Drafts\n" });
    const kept = message({
      day: 8,
      subject: "Kept",
      text: "x",
      headers: "X-Mozilla-Status: 0001\nX-Gmail-Labels: Inbox\n",
    });
    expect((await read(gone + kept, "a.mbox")).map(({ title }) => title)).toEqual(["Kept"]);
    await expect(read(gone, "a.mbox")).rejects.toThrow("every message in it was deleted or filed as spam");
  });

  it("is read with the line ends of Windows, and refused when it is none", async () => {
    expect((await read(box.replaceAll("\n", "\r\n"), "a.mbox"))[0].blocks).toHaveLength(11);
    await expect(read("Hello.\nFrom here on, nothing.", "a.mbox")).rejects.toThrow("there are no messages in it");
  });
});
