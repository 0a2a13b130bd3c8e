/**
 * What an event makes of a lane, a job or a submission: its next state, or why it stays as it is. An event that is
 * repeated may give the same state again. Every store agrees with these rules, refusals included.
 */
export type Transition<State, Refusal extends string = string> = { next: State } | { refused: Refusal };
