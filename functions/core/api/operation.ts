import * as z from 'zod';
import type { ErrorCode } from '../errors/error-codes.ts';

/** The media type of server-sent events. */
export const EVENT_STREAM = 'text/event-stream';

/** The schemas and problems of an operation. `routes.ts` has its method, path, access and summary by the same name. */
export interface Operation {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  readonly success: number;
  readonly answer: z.ZodType;
  /** of the success, where it is text and no JSON */
  readonly mediaType?: string;
  /** media types in which the success also comes, as text */
  readonly alternatives?: readonly string[];
  /** statuses with an answer of another shape */
  readonly others?: Readonly<Record<number, z.ZodType>>;
  /** statuses without JSON: nothing, or what `media` names */
  readonly plain?: Readonly<Record<number, PlainAnswer>>;
  /** headers that an answer of a status has, with their meaning */
  readonly answerHeaders?: Readonly<Record<number, Readonly<Record<string, string>>>>;
  /** codes of the problems that the caller can cause; the table of errors knows the status of each */
  readonly problems: readonly ErrorCode[];
}

export interface PlainAnswer {
  readonly description: string;
  readonly media?: readonly string[];
}

/** What an operation answers when it refuses or fails. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().meta({ description: 'the stable name of the error' }),
    subject: z.string().optional(),
    remedy: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });
