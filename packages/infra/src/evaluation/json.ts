/** What Pulumi passes around: plain JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a resource's inputs are JSON of hundreds of shapes, read by tests.
export type Json = any;
