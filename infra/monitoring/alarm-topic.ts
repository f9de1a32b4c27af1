import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { DeployOptions } from '../context.ts';

/** Where alarms go. Without an address they reach no one until something is subscribed. */
export function alarmTopic(scope: Construct, { alarmEmail }: DeployOptions): Topic {
  const topic = new Topic(scope, 'AlarmTopic', { displayName: 'gordon-data', enforceSSL: true });
  // A topic with a policy of its own loses the one that let CloudWatch in.
  const condition = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } };
  topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com', { conditions: condition }));
  if (alarmEmail) topic.addSubscription(new EmailSubscription(alarmEmail));
  return topic;
}
