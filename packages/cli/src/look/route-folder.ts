import { DROPS_PREFIX, type Settings } from "@sluice/core";
import { nearest } from "../nearest.ts";

/** One letter in so many may be wrong in a folder that is taken for a route's; people name folders as they like. */
const LETTERS_AN_ERROR = 3;

/** A warning for a key whose folder is nearly the name of a route, so that the default route runs it; else undefined. */
export function routeWarning({ routes, default: other }: Settings, key: string): string | undefined {
  const [folder = "", ...rest] = key.slice(DROPS_PREFIX.length).split("/");
  if (rest.length === 0 || Object.hasOwn(routes, folder)) return undefined;
  const near = nearest(folder, Object.keys(routes), Math.floor(folder.length / LETTERS_AN_ERROR));
  if (near === undefined) return undefined;
  return `The folder ${folder}/ names no route, so the default one runs the file, with ${other.model}. Did you mean ${near}/? Drop it there then.`;
}
