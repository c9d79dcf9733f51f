import { deliveryKey, oweDeliveries } from '../../notifications/index.ts';
import type { Tx } from '../../platform/db/database.ts';
import { decidePersonal, type GroupStanding } from './decide-personal.ts';
import { addNotificationRecords } from './notification-records.ts';
import { outcomeOf, type PersonalOutcome } from './outcome.ts';
import type { People } from './people-store.ts';
import { insertPersonalRuns, type NewPersonalRun } from './personal-store.ts';

export type PersonalStart = { run: NewPersonalRun; group: GroupStanding };

/** Where every list begins. */
export const BEGINNING = { useImportantRules: null, rulesDone: 0, lastRuleId: null, lastRulePosition: null } as const;

/**
 * Begins lists and carries out the first rule of each at once, in the transaction of the step or of the paging: rows of the lists, pages,
 * records. The caller holds the groups, names a user and group once at most, and has loaded the people.
 * @param isFirst the groups were opened in this transaction, so that they have no lists yet
 */
export async function startPersonalRuns(
  tx: Tx,
  starts: readonly PersonalStart[],
  people: People,
  { now, isFirst = false }: { now: Date; isFirst?: boolean },
): Promise<void> {
  if (starts.length === 0) return;
  const decided = starts.map(({ run, group }) => {
    const position = { ...BEGINNING, dueAt: now, important: run.important, paged: run.paged };
    const person = people.get(run.organizationId)?.get(run.userId) ?? null;
    return { run, outcome: outcomeOf(position, decidePersonal(position, person, group, now), now) };
  });
  const inserted = await insertPersonalRuns(
    tx,
    decided.map(({ run, outcome }) => ({ run, progress: outcome.progress })),
    { now, isFirst },
  );
  await writeOutcomes(
    tx,
    decided.map(({ run, outcome }, i) => ({ run: { ...run, ...inserted[i]! }, outcome })),
    now,
  );
}

export type WrittenRun = NewPersonalRun & { id: number; personalRunNo: number };

/** Writes the pages and records of outcomes. */
export async function writeOutcomes(
  tx: Tx,
  outcomes: readonly { run: WrittenRun; outcome: PersonalOutcome }[],
  now: Date,
): Promise<void> {
  const pages = outcomes.flatMap(({ run, outcome: { page } }) => {
    if (page === null) return [];
    const { organizationId, alertGroupId, userId, runNo, personalRunNo, important, paged } = run;
    const key = deliveryKey({ alertGroupId, runNo, userId, personalRunNo, ruleIndex: page.ruleIndex, channel: page.channel });
    return [
      {
        organizationId,
        key,
        channel: page.channel,
        alertGroupId,
        userId,
        personalRunId: run.id,
        ruleId: page.ruleId,
        important,
        paged,
      },
    ];
  });
  await oweDeliveries(tx, pages, now);
  const records = outcomes.flatMap(({ run, outcome: { record } }) => {
    if (record === null) return [];
    const { organizationId, alertGroupId, userId, important } = run;
    return [{ organizationId, alertGroupId, userId, important, ...record }];
  });
  await addNotificationRecords(tx, records, now);
}
