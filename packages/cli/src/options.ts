/** Where the local world keeps everything, if nobody names another place. */
export const DEFAULT_DIR = ".sluice";

/** Where a command finds its Sluice. */
export interface Place {
  dir: string;
  /** A deployed stage, in place of a directory. */
  stage?: string;
}

/** What every command takes. */
export interface CommonOptions extends Place {
  json?: true;
}

/** How this command line is called where its words are read: the launcher says it, `./sluice` or through pnpm. */
export const PROGRAM = process.env["SLUICE_CALLED_AS"] || "sluice";

/** A file to try it with, which the launcher knows. */
export const SAMPLE = process.env["SLUICE_SAMPLE"] || "FILE";

/** A command that whoever reads it can run as it stands; with a place, on that place. */
export function commandLine(args: string, place?: Place): string {
  if (place?.stage !== undefined) return `${PROGRAM} ${args} --stage ${place.stage}`;
  const isElsewhere = place !== undefined && place.dir !== DEFAULT_DIR;
  return `${PROGRAM} ${args}${isElsewhere ? ` --dir ${quoted(place.dir)}` : ""}`;
}

/** A word of a shell's command, in quotes where it needs them. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
