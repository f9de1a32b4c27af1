import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, type LogGroupProps } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DeployOptions } from '../context.ts';
import { encryptedWith, keyOf } from './customer-key.ts';

/** A log that ends with its retention, and with the stack unless the operator keeps it. */
export const logGroup = (
  scope: Construct,
  id: string,
  { logDays, removal }: DeployOptions,
  props: Pick<LogGroupProps, 'logGroupName'> = {},
): LogGroup =>
  new LogGroup(scope, id, {
    ...props,
    ...encryptedWith(keyOf(scope)),
    retention: logDays,
    removalPolicy: removal === 'retain' ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
  });
