import { loadPeople } from '../../../escalation/index.ts';
import type { Db } from '../../../platform/db/database.ts';
import { peopleWithWebhook } from '../../../webhooks/index.ts';
import { type ChannelCheck, judge } from './judge.ts';

/** What keeps each channel from reaching a person. */
export const channelsOf =
  (features: readonly string[], hasWebhook: boolean): ChannelCheck =>
  (type) => {
    if (type === 'notify_by_email') return features.includes('email') ? null : 'No mail server is set up.';
    if (type !== 'notify_by_webhook')
      return `This server has no channel for ${type
        .replace(/^notify_by_/, '')
        .replace(/^sms$/, 'SMS')
        .replaceAll('_', ' ')}.`;
    if (!features.includes('personal_webhook')) return 'Personal webhooks are switched off.';
    return hasWebhook ? null : 'No webhook of theirs is linked.';
  };

/** Whether a page would reach a person now by any channel of their rules; null: nobody pages them in their role. */
export async function reaches(db: Db, org: string, userId: string, features: readonly string[]): Promise<boolean | null> {
  const [people, linked] = await Promise.all([loadPeople(db, [{ organizationId: org, userId }]), peopleWithWebhook(db, org)]);
  const person = people.get(org)?.get(userId);
  if (person === undefined || !person.mayBeNotified) return null;
  return judge(person, channelsOf(features, linked.has(userId))).state !== 'not_reachable';
}
