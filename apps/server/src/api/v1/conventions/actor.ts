import { ACTION_SOURCE, type Actor } from '../../../alerting/index.ts';
import type { Caller } from './caller.ts';

/** A caller as the one who acts on alert groups. */
export function actorOf(caller: Caller): Actor {
  const via = caller.via === 'web' ? ACTION_SOURCE.web : ACTION_SOURCE.api;
  return caller.actor.type === 'user'
    ? { type: 'user', userId: caller.actor.userId, via }
    : { type: 'service_account', id: caller.actor.id, via };
}
