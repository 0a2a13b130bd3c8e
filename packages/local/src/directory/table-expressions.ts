/*
 * Dynalite's parsers read what is in brackets again and again, and take longer than all else that it does for a
 * request. The store asks with a few expressions only, in which nothing changes but the values: so what was parsed once
 * is filled with the values of each further request.
 */
import conditions from "dynalite/db/conditionParser.js";
import type { ExpressionContext, Parse } from "dynalite/db/updateParser.js";
import updates from "dynalite/db/updateParser.js";

/** The store has some fifty; whoever asks with more has them parsed again. */
const MAX_REMEMBERED = 500;
/** In these the parser looks at a value itself, and not only at its type. */
const LOOKS_AT_VALUES = /between|attribute_type/i;

/** An expression as it was parsed, with a place for each value, and what it uses. */
interface Remembered {
  readonly tree: unknown;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** Stands in a tree for the value that the request has under a name. */
class ValueOf {
  constructor(readonly name: string) {}
}

/** Has dynalite's parsers remember what they parsed. */
export function rememberExpressions(): void {
  for (const parser of [conditions, updates]) parser.parse = remembering(parser.parse);
}

/** The same parser. What it throws, and what it finds wrong, it does not remember. */
export function remembering(parse: Parse): Parse {
  const remembered = new Map<string, Remembered>();
  return (text, { context }) => {
    if (LOOKS_AT_VALUES.test(text)) return parse(text, { context });
    const { attrNames = {}, attrVals = {} } = context;
    const types = Object.entries(attrVals).map(([name, value]) => [name, ...Object.keys(value)]);
    const key = JSON.stringify([text, "isKeyCondition" in context, attrNames, types]);
    let known = remembered.get(key);
    if (known === undefined) {
      known = parsed(parse, text, context);
      if (typeof known.tree === "string") return parse(text, { context });
      if (remembered.size === MAX_REMEMBERED) remembered.clear();
      remembered.set(key, known);
    }
    for (const name of known.names) delete context.unusedAttrNames[name];
    for (const name of known.values) delete context.unusedAttrVals[name];
    return filled(known.tree, attrVals);
  };
}

function parsed(parse: Parse, text: string, context: ExpressionContext): Remembered {
  const { attrNames = {}, attrVals = {} } = context;
  const unusedAttrNames = unused(attrNames);
  const unusedAttrVals = unused(attrVals);
  const tree = parse(text, { context: { ...context, unusedAttrNames, unusedAttrVals } });
  const nameOf = new Map(Object.entries(attrVals).map(([name, value]): [unknown, string] => [value, name]));
  return {
    tree: copied(tree, (value) => {
      const name = nameOf.get(value);
      return name === undefined ? undefined : new ValueOf(name);
    }),
    names: Object.keys(attrNames).filter((name) => !unusedAttrNames[name]),
    values: Object.keys(attrVals).filter((name) => !unusedAttrVals[name]),
  };
}

function unused(named: object): Record<string, true> {
  return Object.fromEntries(Object.keys(named).map((name) => [name, true]));
}

/** A tree of the request's own: dynalite writes into it. */
function filled(tree: unknown, values: Record<string, object>): unknown {
  return copied(tree, (node) => (node instanceof ValueOf ? values[node.name] : undefined));
}

/** A copy of a tree, in which `other` may put something else in a node's place. */
function copied(node: unknown, other: (node: object) => object | undefined): unknown {
  if (typeof node !== "object" || node === null) return node;
  const replaced = other(node);
  if (replaced !== undefined) return replaced;
  if (Array.isArray(node)) return node.map((item) => copied(item, other));
  return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, copied(child, other)]));
}
