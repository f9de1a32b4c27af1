import type { VenueAnswer, VenueRequest } from './module.ts';

export const json = (
  value: unknown,
  { status = 200, headers = {}, ...rest }: Partial<Omit<VenueAnswer, 'body'>> = {},
): VenueAnswer => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
  body: JSON.stringify(value),
  ...rest,
});

export const htmlPage = (status: number, title: string): VenueAnswer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
});

/** The query as a map of last values; use where a venue ignores repeated or unknown names. */
export const queryOf = (request: VenueRequest): Map<string, string> => new Map(request.query);
