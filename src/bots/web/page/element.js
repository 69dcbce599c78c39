/**
 * A new element. `properties` are set on it (`className`, `type`, `onclick`, …), those with a dash as attributes; children are
 * nodes or text. Text is always put in as text.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (key.includes("-") || key === "role") made.setAttribute(key, String(value));
    else Object.assign(made, { [key]: value });
  }
  made.append(...children);
  return made;
}

/**
 * The element of index.html with this id, of this type.
 * @template {HTMLElement} Type
 * @param {string} id
 * @param {new () => Type} type
 * @returns {Type}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} "${id}"`);
  return found;
}

/**
 * A link that opens beside the page, for http and https only: anything else a document may hold is not followed.
 * @param {string | undefined} address
 * @param {...(Node | string)} children
 */
export function outsideLink(address, ...children) {
  if (address === undefined || !/^https?:\/\//i.test(address) || !URL.canParse(address)) return undefined;
  return element("a", { href: address, target: "_blank", rel: "noreferrer noopener" }, ...children);
}
