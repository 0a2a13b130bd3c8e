/** A JSON object whose members are not known. */
export type Fields = Readonly<Partial<Record<string, unknown>>>;

/**
 * What is wrong, behind the path at which it is wrong, such as `.max_tokens: required for Claude`. The path is built
 * from the inside out, so that a record without a fault costs no strings.
 */
export type Fault = string;

/** True for a JSON object; arrays and null are none. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for a field that is left out; `null` counts as left out. */
export function isMissing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** A required string that must not be empty. */
export function faultOfText(fields: Fields, name: string, family: string): Fault | undefined {
  const value = fields[name];
  if (isMissing(value)) return `.${name}: required for ${family}`;
  if (typeof value !== "string") return `.${name}: must be a string`;
  return value === "" ? `.${name}: must not be empty` : undefined;
}

/** A required array that must not be empty; every item is checked, until one has a fault. */
export function faultOfList(
  fields: Fields,
  name: string,
  family: string,
  check: (item: unknown) => Fault | undefined,
): Fault | undefined {
  const items = fields[name];
  if (isMissing(items)) return `.${name}: required for ${family}`;
  if (!Array.isArray(items)) return `.${name}: must be an array`;
  return items.length === 0 ? `.${name}: must not be empty` : faultInList(items, name, check);
}

/** The fault of the first item that has one. The list comes from one line, so its length bounds it. */
export function faultInList(
  items: readonly unknown[],
  name: string,
  check: (item: unknown) => Fault | undefined,
): Fault | undefined {
  for (let index = 0; index < items.length; index++) {
    const fault = check(items[index]);
    if (fault !== undefined) return `.${name}[${index}]${fault}`;
  }
  return undefined;
}

const kinds = {
  "a number": (value: unknown) => typeof value === "number",
  "true or false": (value: unknown) => typeof value === "boolean",
  "an object": isObject,
  "an array": Array.isArray,
  "a positive whole number": (value: unknown) => Number.isInteger(value) && (value as number) > 0,
} as const satisfies Record<string, (value: unknown) => boolean>;

/** A field that may be left out, and must be of this kind where it is there. */
export function faultOfOptional(fields: Fields, name: string, kind: keyof typeof kinds): Fault | undefined {
  const value = fields[name];
  return isMissing(value) || kinds[kind](value) ? undefined : `.${name}: must be ${kind}`;
}
