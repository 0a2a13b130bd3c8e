import { BEGIN, type Script, type WindowKind } from "./script.ts";

/** Tells what is broken for a while. */
export class Windows {
  readonly #windows: Script["windows"];

  constructor({ windows }: Script) {
    this.#windows = windows;
  }

  isOn(kind: WindowKind, now: number): boolean {
    const sinceMs = now - BEGIN;
    return this.#windows.some(
      (window) => window.kind === kind && sinceMs >= window.atMs && sinceMs < window.atMs + window.lastsMs,
    );
  }
}
