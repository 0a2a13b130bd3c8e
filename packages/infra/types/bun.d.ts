/**
 * SST's platform names one type of bun's. With bun's own types the whole program would get bun's globals, which are not
 * those that the functions run with.
 */
export type Shell = never;
