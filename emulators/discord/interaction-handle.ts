import type { Choice, Interaction, Modal } from "./interaction.ts";
import { showMessage, type ShownMessage } from "./shown.ts";
import type { State } from "./state.ts";
import { now } from "./transcript.ts";

/** What somebody who pressed, typed or asked sees of it. All of it is live. */
export interface InteractionHandle {
  readonly id: string;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** "late": Discord said "The application did not respond". */
  readonly state: Interaction["state"];
  /** How long the first response took, in milliseconds. */
  readonly acknowledgedAfter: number | undefined;
  readonly deferred: boolean;
  readonly ephemeral: boolean;
  /** The answer's text as it stands now; undefined while there is none, or where it was taken away. */
  readonly content: string | undefined;
  readonly edits: number;
  readonly original: ShownMessage | undefined;
  readonly followUps: readonly ShownMessage[];
  readonly choices: readonly Choice[] | undefined;
  readonly modal: Modal | undefined;
  /** Ends the token now, as fifteen minutes do. */
  expire(): void;
}

/** The live view of an interaction; a class only because nearly all of it is getters. */
class Handle implements InteractionHandle {
  readonly #interaction: Interaction;
  readonly #changed: () => void;

  constructor(interaction: Interaction, changed: () => void) {
    this.#interaction = interaction;
    this.#changed = changed;
  }

  get id() {
    return this.#interaction.id;
  }
  get token() {
    return this.#interaction.token;
  }
  get at() {
    return this.#interaction.at;
  }
  get state() {
    return this.#interaction.state;
  }
  get acknowledgedAfter() {
    const { answeredAt, at } = this.#interaction;
    return answeredAt === undefined ? undefined : answeredAt - at;
  }
  get deferred() {
    return this.#interaction.state === "deferred";
  }
  get ephemeral() {
    return this.#interaction.ephemeral;
  }
  get content() {
    const shown = this.original;
    return shown?.loading === true ? undefined : shown?.content;
  }
  get edits() {
    return this.#interaction.original?.edits ?? 0;
  }
  get original() {
    const { original, deleted } = this.#interaction;
    return original === undefined || deleted.has(original.id) ? undefined : showMessage(original);
  }
  get followUps() {
    const { followUps, deleted } = this.#interaction;
    return followUps.filter(({ id }) => !deleted.has(id)).map(showMessage);
  }
  get choices() {
    return this.#interaction.choices;
  }
  get modal() {
    return this.#interaction.modal;
  }
  expire() {
    this.#interaction.tokenEndsAt = now();
    this.#changed();
  }
}

/** The live view of an interaction. */
export const handleOf = (state: State, interaction: Interaction): InteractionHandle =>
  new Handle(interaction, () => state.changed());
