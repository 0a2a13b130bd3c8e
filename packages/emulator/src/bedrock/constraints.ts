import { BedrockError } from "./errors.ts";

/** AWS' words quote the value; a long one would drown them. */
const MAX_QUOTED_LETTERS = 256;

/** A constraint on a text. `pattern` is what is tested, `shown` the service model's own, which the words quote. */
export interface TextRule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly shown?: string;
  readonly values?: readonly string[];
}

/** A request's value whose type is not the model's. AWS refuses it before validation, in fewer words. */
function wrongType(at: string, expected: string): BedrockError {
  return new BedrockError("ValidationException", `The request could not be read: ${at} must be ${expected}.`);
}

function quoted(value: unknown): string {
  return `Value '${String(value).slice(0, MAX_QUOTED_LETTERS)}'`;
}

/**
 * Collects every violation of one request, in the words AWS' services use, as the real service reports all of them at
 * once.
 */
export class Violations {
  readonly #words: string[] = [];

  #add(subject: string, at: string, must: string): void {
    this.#words.push(`${subject} at '${at}' failed to satisfy constraint: Member must ${must}`);
  }

  /** The text at `at`; undefined if it is left out. */
  text(value: unknown, at: string, rule: TextRule): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string") throw wrongType(at, "a string");
    const { min = 0, max = Number.POSITIVE_INFINITY, pattern, shown, values } = rule;
    if (value.length < min) this.#add(quoted(value), at, `have length greater than or equal to ${min}`);
    if (value.length > max) this.#add(quoted(value), at, `have length less than or equal to ${max}`);
    // A value that is too long is not matched: no pattern's cost may grow with what a client sends.
    else if (pattern !== undefined && !pattern.test(value)) {
      this.#add(quoted(value), at, `satisfy regular expression pattern: ${shown ?? pattern.source}`);
    }
    if (values !== undefined && !values.includes(value)) {
      this.#add(quoted(value), at, `satisfy enum value set: [${values.join(", ")}]`);
    }
    return value;
  }

  /** As `text`, for a required member. */
  requiredText(value: unknown, at: string, rule: TextRule): string {
    return this.text(this.required(value, at), at, rule) ?? "";
  }

  /** The whole number at `at`; undefined if it is left out. */
  integer(value: unknown, at: string, min: number, max: number): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType(at, "a whole number");
    if (value < min) this.#add(quoted(value), at, `have value greater than or equal to ${min}`);
    if (value > max) this.#add(quoted(value), at, `have value less than or equal to ${max}`);
    return value;
  }

  /** The list at `at`; empty if it is left out. */
  list(value: unknown, at: string, min: number, max: number): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw wrongType(at, "a list");
    if (value.length < min) this.#add(quoted("[]"), at, `have length greater than or equal to ${min}`);
    if (value.length > max)
      this.#add(quoted(`[${value.length} members]`), at, `have length less than or equal to ${max}`);
    return value.slice(0, max);
  }

  /** The structure at `at`; empty if it is left out. */
  structure(value: unknown, at: string): Readonly<Record<string, unknown>> {
    if (value === undefined || value === null) return {};
    if (typeof value !== "object" || Array.isArray(value)) throw wrongType(at, "an object");
    return value as Readonly<Record<string, unknown>>;
  }

  /** The value itself, which must not be left out. */
  required(value: unknown, at: string): unknown {
    if (value === undefined || value === null) this.#add("Value", at, "not be null");
    return value;
  }

  /** @throws BedrockError (ValidationException) if anything was violated. */
  throwIfAny(): void {
    const count = this.#words.length;
    if (count === 0) return;
    const head = count === 1 ? "1 validation error detected" : `${count} validation errors detected`;
    throw new BedrockError("ValidationException", `${head}: ${this.#words.join("; ")}`);
  }
}
