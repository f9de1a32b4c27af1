import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

interface Write {
  readonly Key: { readonly pk: string; readonly sk: string };
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

/**
 * A DynamoDB client for the rate budget: items in memory, and a count of the requests. It understands the budget's expressions
 * and throws at any other. A write whose condition does not hold costs a write unit as well.
 */
export class CountedTable {
  readonly #items = new Map<string, Record<string, unknown>>();
  writes = 0;
  refused = 0;
  reads = 0;

  get client(): DynamoDBDocumentClient {
    const send = async ({ input }: { input: Write }): Promise<object> =>
      input.UpdateExpression ? this.#update(input, input.UpdateExpression) : this.#get(input);
    return { send } as unknown as DynamoDBDocumentClient;
  }

  #get({ Key: { pk, sk } }: Write): object {
    this.reads += 1;
    return { Item: this.#items.get(`${pk} ${sk}`) };
  }

  #update({ Key: { pk, sk }, ExpressionAttributeValues: values = {} }: Write, expression: string): object {
    this.writes += 1;
    const item = this.#items.get(`${pk} ${sk}`) ?? {};
    const used = item.used as number | undefined;
    if (expression.startsWith('ADD #used :size')) {
      if (used !== undefined && used > (values[':room'] as number)) this.#refuse();
      item.used = (used ?? 0) + (values[':size'] as number);
    } else if (expression.startsWith('SET #used = :used')) {
      if (used !== undefined && used >= (values[':used'] as number)) this.#refuse();
      item.used = values[':used'];
    } else throw new Error(`no such expression is known: ${expression}`);
    this.#items.set(`${pk} ${sk}`, item);
    return { Attributes: { used: item.used } };
  }

  #refuse(): never {
    this.refused += 1;
    const error = new Error('The conditional request failed');
    error.name = 'ConditionalCheckFailedException';
    throw error;
  }
}
