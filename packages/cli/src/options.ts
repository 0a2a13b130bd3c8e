/** What every command takes. */
export interface CommonOptions {
  dir: string;
  json?: true;
  /** A deployed stage, in place of a directory. */
  stage?: string;
}
