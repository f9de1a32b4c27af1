import type { HttpRequest } from '../venue.ts';

export interface ListedObject {
  /** as in a request: begins with `/` */
  readonly path: string;
  /** epoch ms of the venue's clock */
  readonly modified: number;
}

export interface ArchiveListing {
  /** @param folder a path that ends with `/`; @param after a path within it; what is listed comes after it, in order */
  request(folder: string, after: string): HttpRequest;
  /** @throws GordonError `malformed-rows` */
  parse(body: Uint8Array): { readonly objects: readonly ListedObject[]; readonly more: boolean };
}
