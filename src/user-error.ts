/** A mistake that a person can mend: shown as its message alone, one sentence with the place and the cure; exit code 2. */
export class UserError extends Error {
  override readonly name = "UserError";
}
