/**
 * Runs before each request to a store or a venue, with the request's name. It may wait, so that other work comes in between,
 * and it may throw, like a server that does not answer. The request itself then happens at once and as a whole.
 */
export type Step = (what: string) => Promise<void>;

export const atOnce: Step = async () => {};
