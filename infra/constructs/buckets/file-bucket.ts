import { Duration, Lazy, RemovalPolicy } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { bucketEncryption, keyOf } from '../customer-key.ts';

/** Files of rows that are too large for an answer of a function: made on request, fetched by signed links, removed after a day. */
export class FileBucket extends Construct {
  readonly bucket: Bucket;
  #maker: IFunction | undefined;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      ...bucketEncryption(keyOf(this)),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [
        {
          id: 'files-of-a-day',
          expiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      // A bucket with files cannot be deleted. It empties itself.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'It holds copies of what the API serves, for a day; the API has a log of who requests them.',
    });
  }

  get all(): string {
    return this.bucket.arnForObjects('*');
  }

  get orders(): string {
    return this.bucket.arnForObjects('orders/*');
  }

  /** The ARN of the function that makes the files. It needs the bucket itself, so it is known later. */
  get maker(): string {
    return Lazy.string({ produce: () => this.#maker!.functionArn });
  }

  madeBy(maker: IFunction): void {
    this.#maker = maker;
  }
}
