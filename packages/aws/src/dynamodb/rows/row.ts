import { ItemUnreadable } from "@sluice/core";

/** Looks at one item, and says of what does not fit which item it is. */
export class RowReader<Row extends object> {
  constructor(
    private readonly kind: string,
    private readonly id: string,
    private readonly row: Row,
  ) {}

  /** The attribute's value; throws `ItemUnreadable` if the item has none. */
  need<Name extends keyof Row & string>(name: Name): Exclude<Row[Name], undefined> {
    const value = this.row[name];
    if (value === undefined) this.refuse(`${name} is missing`);
    return value as Exclude<Row[Name], undefined>;
  }

  /** These attributes; throws `ItemUnreadable` if one of them is missing. */
  needAll<Name extends keyof Row & string>(names: readonly Name[]): { [Key in Name]: Exclude<Row[Key], undefined> } {
    const found = names.map((name) => [name, this.need(name)]);
    return Object.fromEntries(found) as { [Key in Name]: Exclude<Row[Key], undefined> };
  }

  /** Throws `ItemUnreadable` if the item has one of these attributes. */
  refuseAny(names: readonly (keyof Row & string)[], because: string): void {
    const extra = names.filter((name) => this.row[name] !== undefined);
    if (extra.length > 0) this.refuse(`it has ${extra.join(", ")} although ${because}`);
  }

  refuse(what: string): never {
    const modelId = "modelId" in this.row && typeof this.row.modelId === "string" ? this.row.modelId : undefined;
    throw new ItemUnreadable(
      `The table's ${this.kind} ${this.id} cannot be read: ${what}. Sluice never writes such an item, so something else ` +
        "changed it; restore it from the table's point-in-time recovery, or delete it.",
      modelId,
    );
  }
}
