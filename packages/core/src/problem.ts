/** Why something was refused: what happened, and what to do next. */
export interface Problem {
  /** A short name in CamelCase, such as `JsonArray`. */
  code: string;
  message: string;
}
