import type { Agenda } from "../schedule/agenda.ts";
import { BEGIN } from "../script/script.ts";

/** What happened, line by line. */
export class History {
  readonly lines: string[] = [];
  readonly #agenda: Agenda;

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  note(line: string): void {
    this.lines.push(`${(this.#agenda.now - BEGIN).toFixed(3)} ${line}`);
  }
}

/** A line of a history with its time as people read it. */
export function readable(line: string): string {
  const cut = line.indexOf(" ");
  const seconds = Number(line.slice(0, cut)) / 1_000;
  const digits = (value: number, length = 2) => String(Math.floor(value)).padStart(length, "0");
  const time = `${digits(seconds / 3_600)}:${digits((seconds / 60) % 60)}:${digits(seconds % 60)}.${digits((seconds % 1) * 1_000, 3)}`;
  return `${time} ${line.slice(cut + 1)}`;
}
