import { Parser } from "htmlparser2";

/** One object of an XML export: its plain properties and, of those that lead to another object, that one's id. */
export interface Entity {
  readonly kind: string;
  readonly id: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly links: ReadonlyMap<string, string>;
}

/** The objects of an export that are looked at, by their kind and id. */
export interface Entities {
  all(kind: string): readonly Entity[];
  get(kind: string, id: string | undefined): Entity | undefined;
}

/** There are many other kinds. */
const KINDS = new Set(["Space", "Page", "BlogPost", "BodyContent", "Attachment"]);

/** The objects in `entities.xml`; what is damaged in it is left out. */
export function parseEntities(xml: string): Entities {
  const kinds = new Map<string, Map<string, Entity>>();
  const parser = new Parser(
    entityHandler((entity) => {
      const known = kinds.get(entity.kind) ?? new Map<string, Entity>();
      kinds.set(entity.kind, known.set(entity.id, entity));
    }),
    { xmlMode: true },
  );
  parser.end(xml);
  return {
    all: (kind) => [...(kinds.get(kind)?.values() ?? [])],
    get: (kind, id) => (id === undefined ? undefined : kinds.get(kind)?.get(id)),
  };
}

type Handler = Pick<Required<ConstructorParameters<typeof Parser>[0] & object>, "onopentag" | "ontext" | "onclosetag">;

/** `<object class="Page"><id>…</id><property name="title">…</property><property name="parent"><id>…</id></property></object>`. */
function entityHandler(onEntity: (entity: Entity) => void): Handler {
  let open: { kind: string; id: string; texts: Map<string, string>; links: Map<string, string> } | undefined;
  let depth = 0;
  let property = "";
  let text = "";
  return {
    onopentag(name, attributes) {
      depth += 1;
      if (name === "object") {
        const kind = attributes["class"] ?? "";
        open = KINDS.has(kind) ? { kind, id: "", texts: new Map(), links: new Map() } : undefined;
        depth = 0;
      }
      // What stands in a collection belongs to other objects.
      if (depth === 1) property = name === "collection" ? "" : (attributes["name"] ?? "");
      if (depth <= 2) text = "";
    },
    ontext(more) {
      if (open && property !== "" && depth <= 2) text += more;
    },
    onclosetag(name) {
      if (name === "object") {
        if (open && open.id !== "") onEntity(open);
        open = undefined;
      } else if (depth === 2 && name === "id" && property !== "") {
        open?.links.set(property, text.trim());
        property = "";
      } else if (depth === 1 && property !== "") {
        if (name === "id" && open) open.id = text.trim();
        else open?.texts.set(property, text.trim());
        property = "";
      }
      depth -= 1;
    },
  };
}
