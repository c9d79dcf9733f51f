import { applySourceSignals } from './alerting/index.ts';
import type { Config } from './config/index.ts';
import type { Domains } from './domains.ts';
import { alertsJoined, startAtOnce, startFirstRuns } from './escalation/index.ts';
import type { PipelinePorts } from './integrations/index.ts';

/** What the pipeline causes in other domains. `committed`: called after each batch that opened or changed groups. */
export const createPipelinePorts = (
  { hooks, engine }: Pick<Domains, 'hooks' | 'engine'>,
  { escalation, limits }: Pick<Config, 'escalation' | 'limits'>,
  committed: () => void,
): PipelinePorts => ({
  applySourceSignals: (tx, signals, now) => applySourceSignals(tx, hooks, signals, now),
  groupsOpened: async (tx, groups, now) => hooks.onOpened?.(tx, groups, now),
  startRuns: (tx, groups, now) =>
    escalation.startDelaySeconds === 0
      ? startAtOnce(tx, engine, groups, now)
      : startFirstRuns(tx, groups, { now, delaySeconds: escalation.startDelaySeconds }),
  alertsJoined,
  notifyAdmins: engine.ports.notifyAdmins,
  rateLimitsOf: (org) => limits.custom.get(org),
  // Without a delay the first steps are done by then, and what is left comes later.
  committed: escalation.startDelaySeconds === 0 ? () => undefined : committed,
});
