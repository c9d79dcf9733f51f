import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

const region = `(payload.AlarmArn or '').split(':')[3]`;

/** Alarms of CloudWatch, and whatever else is published to a topic (ingest.md 4.4). */
export const amazonSns = defineType({
  slug: 'amazon_sns',
  title: 'Amazon SNS',
  description: 'CloudWatch and others, by a topic of Amazon SNS',
  templates: {
    grouping_key: `{{ payload.AlarmArn or payload.AlarmName or '' }}`,
    resolve_signal: `{{ payload.NewStateValue == 'OK' }}`,
    source_link: `
{%- set service = 'elasticbeanstalk' if (payload.Trigger or {}).Namespace == 'AWS/ElasticBeanstalk' else 'cloudwatch' -%}
{%- set host = 'console.amazonaws.cn' if (payload.AlarmArn or '').startswith('arn:aws-cn:') else 'console.aws.amazon.com' -%}
{%- if ${region} %}https://{{ host }}/{{ service }}/home?region={{ ${region} }}{% endif -%}`,
    ...channels({
      title: `{{ payload.AlarmName or 'Alert' }}`,
      ...factMessages(`(payload.AlarmDescription or payload.message)`, [
        ['State', 'payload.NewStateValue'],
        ['Region', 'payload.Region'],
        ['Reason', 'payload.NewStateReason'],
      ]),
    }),
  },
  example: {
    AlarmName: 'web-cpu-high',
    AlarmDescription: 'CPU of the web tier',
    NewStateValue: 'ALARM',
    NewStateReason: 'Threshold crossed: three datapoints were above 90',
    StateChangeTime: '2026-01-15T10:20:30.000+0000',
    Region: 'EU (Ireland)',
    AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:web-cpu-high',
    OldStateValue: 'OK',
    Trigger: { MetricName: 'CPUUtilization', Namespace: 'AWS/EC2', Threshold: 90 },
  },
});
