/** Where the key stands of each type of resource that calls of functions reach. */
export const STORE_KEYS: Readonly<Record<string, (properties: never) => unknown>> = {
  'AWS::DynamoDB::Table': ({ SSESpecification: sse }: { SSESpecification?: { KMSMasterKeyId: unknown } }) =>
    sse?.KMSMasterKeyId,
  'AWS::S3::Bucket': ({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [rule],
    },
  }: {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { KMSMasterKeyID?: unknown } }];
    };
  }) => rule.ServerSideEncryptionByDefault.KMSMasterKeyID,
  'AWS::SecretsManager::Secret': ({ KmsKeyId }: { KmsKeyId?: unknown }) => KmsKeyId,
};
