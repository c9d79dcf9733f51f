import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { DEFAULT_RETENTION, type RetentionSettings } from './retention.ts';

export const REMIND_SECONDS = [0, 3_600, 10_800, 18_000, 36_000] as const;
export const UNACKNOWLEDGE_SECONDS = [0, 300, 900, 1_800, 2_700] as const;

/** What an organization sets about itself (access.md 2). */
export interface OrganizationSettings {
  readonly name: string;
  readonly stackSlug: string;
  readonly orgSlug: string;
  readonly defaultTimezone: string;
  readonly weekStart: 'mon' | 'sun' | 'sat';
  readonly isResolutionNoteRequired: boolean;
  /** Seconds after which an acknowledger is asked whether they are still on it; 0: never. */
  readonly acknowledgeRemindSeconds: number;
  /** Seconds after which an unanswered reminder drops the acknowledgement; 0: never. */
  readonly unacknowledgeSeconds: number;
  readonly directPagingPrefersImportant: boolean;
  readonly manualDirectPaging: boolean;
  readonly strictReferences: boolean;
  /** Whether tokens, as sessions do, change only what is their owner's: notification rules and swaps (http-api-oncall.md A16). */
  readonly tokensNeedOwnership: boolean;
  readonly retention: RetentionSettings;
  readonly tableColumns: readonly unknown[];
  /** Whether added roles count for people. */
  readonly rbacEnabled: boolean;
  /** Whether permissions are shown under the prefix of IRM. */
  readonly isIrm: boolean;
  readonly banner: { readonly title: string; readonly body: string } | null;
  readonly grafanaUrl: string | null;
}

const COLUMNS = sql`
  name, stack_slug as "stackSlug", org_slug as "orgSlug", default_timezone as "defaultTimezone", week_start as "weekStart",
  is_resolution_note_required as "isResolutionNoteRequired", acknowledge_remind_seconds as "acknowledgeRemindSeconds",
  unacknowledge_seconds as "unacknowledgeSeconds", direct_paging_prefer_important_policy as "directPagingPrefersImportant",
  manual_direct_paging as "manualDirectPaging", strict_references as "strictReferences",
  tokens_need_ownership as "tokensNeedOwnership", retention,
  alert_group_table_columns as "tableColumns", rbac_enabled as "rbacEnabled", is_grafana_irm_enabled as "isIrm", banner,
  grafana_url as "grafanaUrl"`;

/** @param lock holds the organization's row until the transaction ends */
export async function readOrganizationSettings(db: Db | Tx, org: string, lock = false): Promise<OrganizationSettings> {
  const { rows } = await sql<OrganizationSettings>`
    select ${COLUMNS} from organization where id = ${org} ${lock ? sql`for no key update` : sql``}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error(`no organization ${org}`);
  return { ...row, retention: { ...DEFAULT_RETENTION, ...row.retention } };
}

export async function saveOrganizationSettings(tx: Tx, org: string, settings: OrganizationSettings): Promise<void> {
  await tx
    .updateTable('organization')
    .set({
      name: settings.name,
      stack_slug: settings.stackSlug,
      org_slug: settings.orgSlug,
      default_timezone: settings.defaultTimezone,
      week_start: settings.weekStart,
      is_resolution_note_required: settings.isResolutionNoteRequired,
      acknowledge_remind_seconds: settings.acknowledgeRemindSeconds,
      unacknowledge_seconds: settings.unacknowledgeSeconds,
      direct_paging_prefer_important_policy: settings.directPagingPrefersImportant,
      manual_direct_paging: settings.manualDirectPaging,
      strict_references: settings.strictReferences,
      tokens_need_ownership: settings.tokensNeedOwnership,
      retention: JSON.stringify(settings.retention),
      alert_group_table_columns: JSON.stringify(settings.tableColumns),
      rbac_enabled: settings.rbacEnabled,
      is_grafana_irm_enabled: settings.isIrm,
      banner: settings.banner === null ? null : JSON.stringify(settings.banner),
      grafana_url: settings.grafanaUrl,
    })
    .where('id', '=', org)
    .execute();
}
