import { InvalidArgumentError } from "commander";

/** A whole number given on the command line, of at most five digits. Throws commander's error for anything else. */
export function wholeNumber(value: string): number {
  if (!/^\d{1,5}$/.test(value)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(value);
}
