import type { ChatMessage } from "../chat.ts";
import { follow, type Said } from "./talk.ts";

/** A stretch of one conversation, small enough to be read as one: messages that go on from one another, in the order of time. */
export interface Window {
  /** Of its first and its last message. */
  readonly id: string;
  readonly thread?: string;
  readonly messages: readonly [ChatMessage, ...ChatMessage[]];
  readonly speakers: readonly string[];
  /** ISO 8601 instants of its first and last message. */
  readonly from: string;
  readonly to: string;
}

/** How large windows are: messages and characters, and the messages that two neighbours share. */
export interface WindowSize {
  readonly messages: number;
  readonly characters: number;
  readonly overlap: number;
}

const SIZE: WindowSize = { messages: 8, characters: 1_200, overlap: 2 };

/**
 * The conversations of one channel's messages as windows: what goes on from something belongs to it (see talk.ts), so that two talks
 * at the same time are told apart where replies and names show it. Every message is in at least one window. Pure.
 */
export function windowsOf(messages: readonly ChatMessage[], size: WindowSize = SIZE): Window[] {
  return conversationsOf(follow(messages))
    .flatMap((conversation) => cut(conversation, size))
    .sort((one, other) => one.from.localeCompare(other.from) || one.id.localeCompare(other.id));
}

/** Messages that go on from one another, as whole conversations in the order of their first messages. Pure. */
export function conversationsOf(said: readonly Said[]): (readonly Said[])[] {
  const ofPlace: number[] = [];
  for (const { place, after } of said) ofPlace[place] = after === undefined ? place : (ofPlace[after] ?? after);
  return [...Map.groupBy(said, ({ place }) => ofPlace[place] ?? place).values()];
}

function cut(conversation: readonly Said[], { messages: most, characters, overlap }: WindowSize): Window[] {
  const windows: Window[] = [];
  let from = 0;
  while (from < conversation.length) {
    let to = from + 1;
    let length = lengthOf(conversation[from]);
    while (to < conversation.length && to - from < most) {
      length += lengthOf(conversation[to]);
      if (length > characters) break;
      to += 1;
    }
    windows.push(...toWindow(conversation.slice(from, to)));
    if (to >= conversation.length) break;
    from = Math.max(from + 1, to - overlap);
  }
  return windows;
}

function lengthOf(said: Said | undefined): number {
  return said?.message.text.length ?? 0;
}

function toWindow(said: readonly Said[]): Window[] {
  const [first, ...rest] = said.map(({ message }) => message);
  if (!first) return [];
  const last = rest.at(-1) ?? first;
  const { thread } = first.conversation;
  return [
    {
      id: `${first.id}..${last.id}`,
      ...(thread !== undefined && { thread }),
      messages: [first, ...rest],
      speakers: [...new Set([first, ...rest].map(({ author }) => author.name))],
      from: first.sentAt,
      to: last.sentAt,
    },
  ];
}

/** A window as text, each message behind its speaker's name: what its vector is made of. Pure. */
export function windowText({ messages }: Window): string {
  return messages.map(({ author, text }) => `${author.name}: ${text}`).join("\n");
}
