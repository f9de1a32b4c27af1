import { CfnOutput, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { type DeployOptions, OptionError } from '../context.ts';
import { logGroup } from './log-group.ts';

/**
 * The network that functions run in, when they do. Behind its one NAT gateway venues see a single address, whose rate
 * budgets can be counted to the unit; without a VPC every worker has an address that AWS lends to many.
 */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  readonly placement: Pick<ec2.InstanceProps, 'vpc' | 'vpcSubnets'> & {
    readonly securityGroups: ec2.ISecurityGroup[];
  };

  constructor(scope: Construct, id: string, options: DeployOptions) {
    super(scope, id);
    this.vpc = options.vpc === 'new' ? (this.#own(options) as ec2.IVpc) : this.#given(options.vpc);
    const group = new ec2.SecurityGroup(this, 'Functions', {
      vpc: this.vpc,
      description: 'gordon-data functions: nothing comes in',
      // The addresses and ports of venues and databases are not known here.
      allowAllOutbound: true,
    });
    new CfnOutput(Stack.of(this), 'FunctionsSecurityGroup', {
      value: group.securityGroupId,
      description: 'The security group that a database in the VPC lets in',
    });
    this.placement = {
      vpc: this.vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [group],
    };
  }

  #own(options: DeployOptions): ec2.Vpc {
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 1,
      // It would add a function of the CDK's own. Nothing uses the default group.
      restrictDefaultSecurityGroup: false,
      gatewayEndpoints: { DynamoDb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB } },
    });
    vpc.addFlowLog('Refused', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup(this, 'FlowLog', options)),
      trafficType: ec2.FlowLogTrafficType.REJECT,
    });
    const address = vpc.publicSubnets[0]!.node.findChild('EIP') as ec2.CfnEIP;
    new CfnOutput(Stack.of(this), 'EgressAddress', {
      value: address.attrPublicIp,
      description: 'The address that venues and a database outside the VPC see',
    });
    return vpc;
  }

  #given(vpcId: string): ec2.IVpc {
    const { account, region } = Stack.of(this);
    if (Token.isUnresolved(account) || Token.isUnresolved(region)) {
      throw new OptionError(
        `-c vpc=${vpcId}: a VPC is looked up in an account and a region, and none is known. ` +
          'Log in to AWS (AWS_PROFILE or the usual variables) and set AWS_REGION.',
      );
    }
    return ec2.Vpc.fromLookup(this, 'Vpc', { vpcId });
  }
}
