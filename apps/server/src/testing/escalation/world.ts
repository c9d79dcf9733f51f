import { sql } from 'kysely';
import {
  type AlertGroupHooks,
  acknowledge,
  actOnGroup,
  applySourceSignals,
  bySource,
  combineHooks,
  expireSilences,
  type GroupAction,
  type GroupChange,
  TIMELINE,
} from '../../alerting/index.ts';
import {
  type AdminNotice,
  advancePersonalRuns,
  advanceRuns,
  alertsJoined,
  checkReached,
  createEscalationMetrics,
  createStep,
  EMPTY_STEP,
  type EngineDeps,
  escalationHooks,
  type OnCallResolver,
  remindAcknowledged,
  reminderHooks,
  SnapshotCache,
  type StepValues,
  startAtOnce,
  startRuns,
} from '../../escalation/index.ts';
import type { ChannelId } from '../../notifications/index.ts';
import { createTestClock, type TestClock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db } from '../../platform/db/database.ts';
import { newId, newTimeId } from '../../platform/ids.ts';
import { createLogger } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { triggerFromSteps } from '../../webhooks/index.ts';
import { createTestDatabase } from '../test-database.ts';

/** A rule of a person: the channel, or seconds to wait. */
export type RuleSpec = ChannelId | { wait: number };
export type PersonSpec = { default?: readonly RuleSpec[]; important?: readonly RuleSpec[]; role?: 'admin' | 'editor' | 'viewer' };

/** A page as the ledger shows it: seconds since the world began, who, and by which channel. */
export type SentPage = { at: number; user: string; channel: string; group: number; important: boolean };

/** Steps in words of the specification. People are named by their key; ids are filled in by the world. */
export type StepSpec =
  | { do: 'notify'; users: readonly string[]; important?: boolean }
  | { do: 'round_robin'; users: readonly string[]; important?: boolean }
  | { do: 'wait'; seconds: number | null }
  | { do: 'repeat' }
  | { do: 'resolve' }
  | { do: 'window'; from: string | null; to: string | null }
  | { do: 'threshold'; alerts: number | null; minutes: number | null }
  | { do: 'team'; team: string; important?: boolean }
  | { do: 'schedule'; schedule: string; important?: boolean }
  | { do: 'webhook'; webhook: string }
  | { do: 'incident' }
  | { do: 'empty' };

export type WorldOptions = {
  at?: string;
  startDelaySeconds?: number;
  /** What becomes of a page that is taken from the ledger; accepted unless told otherwise. */
  deliver?: (page: SentPage) => 'accepted' | 'failed';
};

export const ORG = 'OWORLD';

/**
 * A real database under a virtual clock: groups are opened as the pipeline does, everything that is due runs when its time comes, and
 * every page in the ledger is taken at once by a channel that records it.
 */
export class EscalationWorld implements AsyncDisposable {
  readonly db: Db;
  readonly clock: TestClock;
  readonly engine: EngineDeps;
  readonly hooks: AlertGroupHooks;
  readonly sent: SentPage[] = [];
  readonly notices: AdminNotice[] = [];
  /** Messages to people who acknowledged. */
  readonly told: { at: number; user: string; subject: string; text: string }[] = [];
  /** Telling these people anything fails. */
  readonly unreachable = new Set<string>();
  readonly changes: GroupChange[] = [];
  readonly userIds = new Map<string, string>();
  readonly teams = new Set<string>();
  readonly schedules = new Map<string, (now: Date) => readonly string[]>();
  integrationId = '';
  readonly startDelaySeconds: number;
  readonly #close: () => Promise<void>;
  readonly #deliver: (page: SentPage) => 'accepted' | 'failed';
  #startedAt: Date;
  #numbers = 0;
  #grafanaIds = 0;

  constructor(db: Db, close: () => Promise<void>, options: WorldOptions) {
    this.db = db;
    this.#close = close;
    this.#deliver = options.deliver ?? (() => 'accepted');
    this.clock = createTestClock(options.at ?? '2026-03-02T09:00:00Z');
    this.#startedAt = this.clock.now();
    this.startDelaySeconds = options.startDelaySeconds ?? 1;
    const recorder: AlertGroupHooks = {
      onChanged: async (_tx, changes) => {
        this.changes.push(...changes);
      },
    };
    this.hooks = combineHooks(escalationHooks, reminderHooks, recorder);
    const onCall: OnCallResolver = async (_tx, questions, now) =>
      questions.map(({ scheduleId }) => {
        const rota = this.schedules.get(scheduleId);
        if (rota === undefined) return { kind: 'missing' };
        const userIds = rota(now).map((name) => this.userId(name));
        return { kind: 'on_call', scheduleId, scheduleName: scheduleId, userIds };
      });
    this.engine = {
      db,
      hooks: this.hooks,
      log: createLogger({ level: 'silent' }),
      metrics: createEscalationMetrics(createMetrics({ runtime: false }), db),
      snapshots: new SnapshotCache(),
      ports: {
        onCall,
        triggerWebhook: triggerFromSteps,
        notifyAdmins: async (_tx, notice) => {
          this.notices.push(notice);
        },
      },
    };
  }

  static async start(options: WorldOptions = {}): Promise<EscalationWorld> {
    const database = await createTestDatabase();
    const world = new EscalationWorld(database.db, async () => await database[Symbol.asyncDispose](), options);
    await world.#seed();
    return world;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }

  async #seed(): Promise<void> {
    const now = this.clock.now();
    await sql`insert into organization (id, name, created_at) values (${ORG}, 'Harbor', ${now})`.execute(this.db);
    this.integrationId = newId('C');
    await sql`insert into integration (organization_id, id, type, name, token, created_at, updated_at)
      values (${ORG}, ${this.integrationId}, 'webhook', 'Ledger', ${newId('T')}, ${now}, ${now})`.execute(this.db);
  }

  /** Empties what happened, keeps people and settings, and sets the clock. */
  async reset(at?: string): Promise<void> {
    await sql`truncate alert_group, alert_group_title, alert_group_count, alert, timeline_record, notification_record, resolution_note, escalation_run,
      personal_run, delivery, chain_snapshot, liveness_cursor, acknowledge_reminder`.execute(this.db);
    for (const table of ['route', 'escalation_chain', 'notification_rule', 'team_member', 'team', 'users']) {
      await sql`delete from ${sql.table(table)}`.execute(this.db);
    }
    await sql`update organization set is_resolution_note_required = false, acknowledge_remind_seconds = 0, unacknowledge_seconds = 0`.execute(
      this.db,
    );
    await sql`update integration set maintenance_mode = null`.execute(this.db);
    this.userIds.clear();
    this.schedules.clear();
    this.teams.clear();
    this.sent.length = 0;
    this.notices.length = 0;
    this.told.length = 0;
    this.changes.length = 0;
    this.#numbers = 0;
    if (at !== undefined) this.clock.set(at);
    this.#startedAt = this.clock.now();
  }

  userId(name: string): string {
    const id = this.userIds.get(name);
    if (id === undefined) throw new Error(`Nobody is called ${name} here`);
    return id;
  }

  /** Seconds since the world began or was reset. */
  seconds(at: Date = this.clock.now()): number {
    return (at.getTime() - this.#startedAt.getTime()) / 1_000;
  }

  async person(name: string, spec: PersonSpec): Promise<string> {
    const id = newId('U');
    this.userIds.set(name, id);
    this.#grafanaIds += 1;
    await sql`insert into users (organization_id, id, grafana_id, username, email, role, created_at)
      values (${ORG}, ${id}, ${this.#grafanaIds}, ${name}, ${`${name}@example.net`}, ${spec.role ?? 'editor'}, ${this.clock.now()})`.execute(
      this.db,
    );
    await this.rules(name, false, spec.default ?? []);
    await this.rules(name, true, spec.important ?? []);
    return id;
  }

  /** Replaces one of the two lists of a person. */
  async rules(name: string, important: boolean, rules: readonly RuleSpec[]): Promise<void> {
    const userId = this.userId(name);
    await sql`delete from notification_rule where organization_id = ${ORG} and user_id = ${userId} and important = ${important}`.execute(
      this.db,
    );
    for (const [position, rule] of rules.entries()) {
      const type = typeof rule === 'string' ? `notify_by_${rule}` : 'wait';
      const seconds = typeof rule === 'string' ? null : rule.wait;
      await sql`insert into notification_rule (organization_id, id, user_id, important, position, type, wait_seconds, created_at)
        values (${ORG}, ${newId('N')}, ${userId}, ${important}, ${position}, ${type}, ${seconds}, ${this.clock.now()})`.execute(
        this.db,
      );
    }
  }

  async team(name: string, members: readonly string[]): Promise<string> {
    await sql`insert into team (organization_id, id, name, created_at) values (${ORG}, ${name}, ${name}, ${this.clock.now()})`.execute(
      this.db,
    );
    for (const member of members) {
      await sql`insert into team_member (organization_id, team_id, user_id) values (${ORG}, ${name}, ${this.userId(member)})`.execute(
        this.db,
      );
    }
    this.teams.add(name);
    return name;
  }

  async chain(steps: readonly StepSpec[]): Promise<string> {
    const id = newId('F');
    await sql`insert into escalation_chain (organization_id, id, name, created_at) values (${ORG}, ${id}, ${id}, ${this.clock.now()})`.execute(
      this.db,
    );
    await this.setSteps(id, steps);
    return id;
  }

  async setSteps(chainId: string, steps: readonly StepSpec[]): Promise<void> {
    await sql`delete from escalation_step where organization_id = ${ORG} and escalation_chain_id = ${chainId}`.execute(this.db);
    await inTransaction(this.db, async (tx) => {
      for (const step of steps) await createStep(tx, ORG, chainId, this.#values(step), null, this.clock.now());
    });
  }

  #values(step: StepSpec): StepValues {
    const important = 'important' in step && step.important === true;
    const users = () => ('users' in step ? step.users.map((name) => this.userId(name)) : []);
    switch (step.do) {
      case 'notify':
        return { ...EMPTY_STEP, type: 'notify_persons', userIds: users(), important };
      case 'round_robin':
        return { ...EMPTY_STEP, type: 'notify_person_next_each_time', userIds: users(), important };
      case 'wait':
        return { ...EMPTY_STEP, type: 'wait', waitSeconds: step.seconds };
      case 'repeat':
        return { ...EMPTY_STEP, type: 'repeat_escalation' };
      case 'resolve':
        return { ...EMPTY_STEP, type: 'resolve' };
      case 'window':
        return { ...EMPTY_STEP, type: 'notify_if_time_from_to', timeFrom: step.from, timeTo: step.to };
      case 'threshold':
        return {
          ...EMPTY_STEP,
          type: 'notify_if_num_alerts_in_window',
          numAlertsInWindow: step.alerts,
          numMinutesInWindow: step.minutes,
        };
      case 'team':
        return { ...EMPTY_STEP, type: 'notify_team_members', teamId: this.teams.has(step.team) ? step.team : null, important };
      case 'schedule':
        return { ...EMPTY_STEP, type: 'notify_on_call_from_schedule', scheduleId: step.schedule, important };
      case 'webhook':
        return { ...EMPTY_STEP, type: 'trigger_webhook', webhookId: step.webhook };
      case 'incident':
        return { ...EMPTY_STEP, type: 'declare_incident' };
      case 'empty':
        return EMPTY_STEP;
    }
  }

  async route(chainId: string | null): Promise<string> {
    const id = newId('R');
    await sql`insert into route (organization_id, id, integration_id, position, escalation_chain_id, created_at)
      values (${ORG}, ${id}, ${this.integrationId}, (select count(*) from route), ${chainId}, ${this.clock.now()})`.execute(
      this.db,
    );
    return id;
  }

  /** Opens a group with its first alert, as the pipeline does, and starts its escalation. */
  async open(
    routeId: string | null,
    options: { key?: string; startDelaySeconds?: number; atOnce?: boolean } = {},
  ): Promise<string> {
    const now = this.clock.now();
    const id = newTimeId('I', now);
    this.#numbers += 1;
    const key = options.key ?? id;
    await inTransaction(this.db, async (tx) => {
      await sql`insert into alert_group (organization_id, id, number, integration_id, route_id, grouping_key, title, received_at, started_at)
        values (${ORG}, ${id}, ${this.#numbers}, ${this.integrationId}, ${routeId}, ${key}, 'Ledger queue lags', ${now}, ${now})`.execute(
        tx,
      );
      await this.#addAlert(tx, id, now);
      if (options.atOnce === true) {
        const chain = await sql<{ id: string | null }>`select escalation_chain_id as id from route where id = ${routeId}`.execute(
          tx,
        );
        const opened = { organizationId: ORG, alertGroupId: id, integrationId: this.integrationId };
        return startAtOnce(tx, this.engine, [{ ...opened, escalationChainId: chain.rows[0]?.id ?? null }], now);
      }
      await startRuns(tx, [{ organizationId: ORG, alertGroupId: id }], {
        now,
        delaySeconds: options.startDelaySeconds ?? this.startDelaySeconds,
      });
    });
    return id;
  }

  /** The next alert of a key: joins the group that is open for it, else opens one. */
  async alert(routeId: string | null, key: string): Promise<string> {
    const { rows } = await sql<{ id: string }>`
      select id from alert_group where organization_id = ${ORG} and grouping_key = ${key} and is_open_for_grouping`.execute(
      this.db,
    );
    const id = rows[0]?.id;
    if (id === undefined) return this.open(routeId, { key });
    await this.join(id);
    return id;
  }

  /** Another alert of a group. */
  async join(id: string): Promise<void> {
    const now = this.clock.now();
    await inTransaction(this.db, async (tx) => {
      await this.#addAlert(tx, id, now);
      await alertsJoined(tx, [{ organizationId: ORG, alertGroupId: id }], now);
    });
  }

  async #addAlert(tx: Parameters<Parameters<typeof inTransaction>[1]>[0], groupId: string, now: Date): Promise<void> {
    await sql`insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
      values (${ORG}, ${newTimeId('A', now)}, ${groupId}, ${this.integrationId}, ${now}, ${now}, '{}')`.execute(tx);
    await sql`update alert_group set alerts_count = alerts_count + 1, last_alert_at = ${now} where organization_id = ${ORG} and id = ${groupId}`.execute(
      tx,
    );
  }

  async signal(id: string, kind: 'acknowledge' | 'resolve'): Promise<void> {
    await inTransaction(this.db, (tx) =>
      applySourceSignals(tx, this.hooks, [{ organizationId: ORG, alertGroupId: id, kind }], this.clock.now()),
    );
  }

  get deps() {
    return { db: this.db, clock: this.clock, hooks: this.hooks };
  }

  async act(id: string, action: GroupAction, by: string | null, guards: 'api' | 'none' = 'api') {
    const actor = by === null ? bySource : ({ type: 'user', userId: this.userId(by), via: 4 } as const);
    return actOnGroup(this.deps, ORG, id, action, actor, { guards });
  }

  acknowledge(id: string, by: string) {
    return acknowledge(this.deps, ORG, id, { type: 'user', userId: this.userId(by), via: 4 });
  }

  /** Carries out everything that is due now and takes the pages that are owed. @returns how many things ran */
  async runDue(): Promise<number> {
    let total = 0;
    for (;;) {
      const now = this.clock.now();
      let ran = (await expireSilences(this.deps, now)).ran;
      ran += (await this.#remind(now)).ran;
      ran += (await advanceRuns(this.engine, now)).ran;
      ran += (await advancePersonalRuns(this.engine, now)).ran;
      ran += await this.takePages();
      ran += (await checkReached(this.engine, now)).ran;
      total += ran;
      if (ran === 0) return total;
    }
  }

  #remind(now: Date) {
    return remindAcknowledged(
      {
        db: this.db,
        log: this.engine.log,
        hooks: this.hooks,
        linkOfGroup: (id) => id,
        tell: async (_tx, { userId, subject, text }) => {
          const user = [...this.userIds].find(([, id]) => id === userId)?.[0] ?? userId;
          if (this.unreachable.has(user)) throw new Error(`nothing can be told to ${user}`);
          this.told.push({ at: this.seconds(), user, subject, text });
        },
      },
      now,
    );
  }

  /** Takes the pages that are owed, as channels would. */
  async takePages(): Promise<number> {
    const now = this.clock.now();
    const { rows } = await sql<{ id: number; channel: string; user_id: string; important: boolean; number: number }>`
      select d.id, d.channel, d.user_id, d.important, g.number from delivery d
      join alert_group g on g.organization_id = d.organization_id and g.id = d.alert_group_id
      where d.state = 'owed' and d.due_at <= ${now} order by d.id`.execute(this.db);
    for (const row of rows) {
      const user = [...this.userIds].find(([, id]) => id === row.user_id)?.[0] ?? row.user_id;
      const page = { at: this.seconds(), user, channel: row.channel, group: row.number, important: row.important };
      this.sent.push(page);
      await sql`update delivery set state = ${this.#deliver(page)}, due_at = null, finished_at = ${now}, attempts = 1 where organization_id = ${ORG} and id = ${row.id}`.execute(
        this.db,
      );
    }
    return rows.length;
  }

  /** When the earliest thing is due, null when nothing will ever be. */
  async nextDue(): Promise<Date | null> {
    const { rows } = await sql<{ due_at: Date | null }>`
      select least((select min(due_at) from escalation_run), (select min(due_at) from personal_run where state = 'running'),
                   (select min(due_at) from delivery where state = 'owed'), (select min(reached_check_at) from escalation_run),
                   (select min(due_at) from acknowledge_reminder),
                   (select min(silenced_until) from alert_group where state = 'silenced' and root_alert_group_id is null)) as due_at`.execute(
      this.db,
    );
    return rows[0]?.due_at ?? null;
  }

  /** Goes from one due time to the next until `seconds` after the beginning. */
  async runUntil(seconds: number): Promise<void> {
    const end = this.#startedAt.getTime() + seconds * 1_000;
    for (;;) {
      await this.runDue();
      const due = await this.nextDue();
      if (due === null || due.getTime() > end) break;
      this.clock.set(due);
    }
    this.clock.set(new Date(end));
  }

  /** Timeline records of a group, oldest first. */
  async records(
    id: string,
  ): Promise<{ at: number; type: number; code: number | null; actor: string; data: Record<string, unknown> | null }[]> {
    const { rows } = await sql<{
      created_at: Date;
      type: number;
      error_code: number | null;
      actor_type: string;
      data: Record<string, unknown> | null;
    }>`
      select created_at, type, error_code, actor_type, data from timeline_record where organization_id = ${ORG} and alert_group_id = ${id} order by created_at, id`.execute(
      this.db,
    );
    return rows.map((row) => ({
      at: this.seconds(row.created_at),
      type: row.type,
      code: row.error_code,
      actor: row.actor_type,
      data: row.data,
    }));
  }

  /** Codes of the steps that failed, with their seconds. */
  async errors(id: string): Promise<{ at: number; code: number | null }[]> {
    return (await this.records(id))
      .filter(({ type }) => type === TIMELINE.escalationFailed)
      .map(({ at, code }) => ({ at, code }));
  }

  /** Failed notification records of a group. */
  async notificationFailures(id: string): Promise<{ at: number; user: string; code: number | null }[]> {
    const { rows } = await sql<{ created_at: Date; user_id: string; error_code: number | null }>`
      select created_at, user_id, error_code from notification_record
      where organization_id = ${ORG} and alert_group_id = ${id} and type = 3 and error_code is not null order by id`.execute(
      this.db,
    );
    const name = (userId: string) => [...this.userIds].find(([, other]) => other === userId)?.[0] ?? userId;
    return rows.map((row) => ({ at: this.seconds(row.created_at), user: name(row.user_id), code: row.error_code }));
  }

  async state(id: string): Promise<string> {
    const { rows } = await sql<{
      state: string;
    }>`select state from alert_group where organization_id = ${ORG} and id = ${id}`.execute(this.db);
    return rows[0]?.state ?? 'gone';
  }

  async run(
    id: string,
  ): Promise<{ state: string; end_reason: string | null; position: number; run_no: number; due_at: Date | null } | undefined> {
    const { rows } = await sql<{
      state: string;
      end_reason: string | null;
      position: number;
      run_no: number;
      due_at: Date | null;
    }>`
      select state, end_reason, position, run_no, due_at from escalation_run where organization_id = ${ORG} and alert_group_id = ${id}`.execute(
      this.db,
    );
    return rows[0];
  }

  /** The pages so far in a short notation: `306 Jonas phone_call`, groups named from the second one on. */
  pages(): string[] {
    return this.sent.map(({ at, user, channel, group }) => `${at} ${user} ${channel}${group === 1 ? '' : ` #${group}`}`);
  }
}
