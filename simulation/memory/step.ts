/**
 * Comes before each request to a store or a venue, with its name. It may wait, so that others come in between, and it may
 * throw, as what does not answer. What the request does then happens at once and as a whole.
 */
export type Step = (what: string) => Promise<void>;

export const atOnce: Step = async () => {};
