import { element } from "./element.js";

/** A text with fewer characters is shown whole. */
const SHORT = 700;
/** What stands before and after a mark and is shown with it. */
const NEIGHBOURS = 1;

/**
 * Folds a long passage around its marks, with a button that shows the rest. A passage without marks, or one that hardly gets
 * shorter, stays whole.
 * @param {HTMLElement} shown What passageText made.
 */
export function foldAroundMarks(shown) {
  if ((shown.textContent ?? "").length < SHORT) return;
  const units = unitsOf(shown);
  const isMarked = units.map((unit) => unit.querySelector("mark") !== null);
  if (!isMarked.includes(true)) return;
  const isNear = (/** @type {number} */ index) =>
    isMarked.slice(Math.max(0, index - NEIGHBOURS), index + NEIGHBOURS + 1).includes(true);
  const hidden = units.filter((unit, index) => !isNear(index) && !unit.matches("thead *"));
  if (hidden.length < 2) return;
  hideUnits(units, new Set(hidden));
  const unfold = element("button", { type: "button", className: "quiet unfold" }, "Show the whole passage");
  unfold.addEventListener("click", () => {
    for (const unit of units) {
      unit.hidden = false;
      unit.classList.remove("after-gap");
    }
    unfold.remove();
  });
  shown.append(unfold);
}

/**
 * @param {readonly HTMLElement[]} units
 * @param {ReadonlySet<HTMLElement>} hidden
 */
function hideUnits(units, hidden) {
  units.forEach((unit, index) => {
    const before = units[index - 1];
    unit.hidden = hidden.has(unit);
    if (!unit.hidden && before && hidden.has(before)) unit.classList.add("after-gap");
  });
}

/**
 * The blocks of a text; of lists and tables the items and rows.
 * @param {HTMLElement} shown
 * @returns {HTMLElement[]}
 */
function unitsOf(shown) {
  return Array.from(shown.children).flatMap((block) => {
    if (!(block instanceof HTMLElement)) return [];
    const parts = block.querySelectorAll(block.matches("ul, ol") ? ":scope > li" : "tr");
    return parts.length > 0 ? Array.from(parts).filter((part) => part instanceof HTMLElement) : [block];
  });
}
