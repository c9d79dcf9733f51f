import { loadPeople } from '../../../escalation/index.ts';
import type { Db } from '../../../platform/db/database.ts';
import { linkedWebhooks } from '../../../webhooks/index.ts';
import { type ChannelCheck, judge } from './judge.ts';

/** What keeps each channel from reaching a person. */
export const channelsOf =
  (features: readonly string[], webhook: { readonly isCalled: boolean } | undefined): ChannelCheck =>
  (type) => {
    if (type === 'notify_by_email') return features.includes('email') ? null : 'No mail server is set up.';
    if (type !== 'notify_by_webhook')
      return `This server has no channel for ${type
        .replace(/^notify_by_/, '')
        .replace(/^sms$/, 'SMS')
        .replaceAll('_', ' ')}.`;
    if (!features.includes('personal_webhook')) return 'Personal webhooks are switched off.';
    if (webhook === undefined) return 'No webhook of theirs is linked.';
    return webhook.isCalled ? null : 'Their webhook is switched off, or not for personal notifications any more.';
  };

/** Whether a page would reach a person now by any channel of their rules; null: nobody pages them in their role. */
export async function reaches(db: Db, org: string, userId: string, features: readonly string[]): Promise<boolean | null> {
  const [people, linked] = await Promise.all([
    loadPeople(db, [{ organizationId: org, userId }]),
    linkedWebhooks(db, org, userId),
  ]);
  const person = people.get(org)?.get(userId);
  if (person === undefined || !person.mayBeNotified) return null;
  return judge(person, channelsOf(features, linked.get(userId))).state !== 'not_reachable';
}
