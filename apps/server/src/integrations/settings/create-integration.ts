import { randomInt } from 'node:crypto';
import type { Tx } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { rememberLabels } from '../labels/label-store.ts';
import type { Integration, Route } from './integration.ts';
import { countIntegration, findIntegration, integrationChanged, integrationNameTaken } from './integration-store.ts';
import { createRoute } from './route-store.ts';

export interface NewIntegration {
  readonly type: string;
  /** Title of the type, for the default name. */
  readonly title: string;
  readonly hasHeartbeat: boolean;
  readonly name: string | null;
  readonly descriptionShort: string | null;
  readonly teamId: string | null;
  readonly authorId: string | null;
  readonly templates: Integration['templates'];
  readonly groupingScope: Integration['groupingScope'];
  readonly allowSourceBasedResolving?: boolean;
  readonly labels: Integration['labels'];
  readonly dynamicLabels: Integration['dynamicLabels'];
  readonly labelsNotInherited?: Integration['labelsNotInherited'];
  readonly multiLabelTemplate?: Integration['multiLabelTemplate'];
  readonly acknowledgeHosts: Integration['acknowledgeHosts'];
  readonly defaultRoute: { readonly escalationChainId: string | null; readonly messengers: Route['messengers'] };
}

/** Seconds without a sign after which a heartbeat counts as missing, until somebody sets another time. */
const HEARTBEAT_TIMEOUT_SECONDS = 600;
const LEGACY = 'legacy_';
const TOKEN_LENGTH = 25;
const TOKEN_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** One emoji short code per decimal digit of how many integrations there had been (ingest.md 3.1). */
const DIGIT_CODES = [
  ':blush:',
  ':ghost:',
  ':apple:',
  ':heart:',
  ':sunglasses:',
  ':package:',
  ':balloon:',
  ':bell:',
  ':beer:',
  ':fire:',
];

/** Makes an integration with its default route and heartbeat; `name_taken` when a live one of the team has its name. */
export async function createIntegration(
  tx: Tx,
  org: string,
  wanted: NewIntegration,
  now: Date,
): Promise<{ ok: true; integration: Integration } | { ok: false; reason: 'name_taken' }> {
  let before = await countIntegration(tx, org); // also holds other creations of the organization, so that names stay unique
  let name = wanted.name ?? defaultName(wanted.title, before);
  if (wanted.name === null) {
    while (await integrationNameTaken(tx, org, wanted.teamId, name, null)) {
      before += 1;
      name = defaultName(wanted.title, before);
    }
  } else if (await integrationNameTaken(tx, org, wanted.teamId, name, null)) {
    return { ok: false, reason: 'name_taken' };
  }
  const id = newId('C');
  await tx
    .insertInto('integration')
    .values({
      organization_id: org,
      id,
      type: wanted.type,
      name,
      description_short: wanted.descriptionShort,
      team_id: wanted.teamId,
      author_id: wanted.authorId,
      token: newIntegrationToken(),
      templates: JSON.stringify(wanted.templates),
      grouping_scope: wanted.groupingScope,
      allow_source_based_resolving: wanted.allowSourceBasedResolving ?? true,
      labels: JSON.stringify(wanted.labels),
      dynamic_labels: JSON.stringify(wanted.dynamicLabels),
      labels_not_inherited: [...(wanted.labelsNotInherited ?? [])],
      multi_label_template: wanted.multiLabelTemplate ?? null,
      acknowledge_hosts: JSON.stringify(wanted.acknowledgeHosts),
      template_errors: JSON.stringify({}),
      created_at: now,
      updated_at: now,
    })
    .execute();
  await rememberLabels(tx, org, namesOf(wanted.labels, wanted.dynamicLabels), now);
  const route = { routingType: 'regex' as const, routingRegex: null, routingLabels: null, ...wanted.defaultRoute };
  await createRoute(tx, org, { ...route, integrationId: id, isDefault: true }, null, now);
  if (wanted.hasHeartbeat) {
    await tx
      .insertInto('integration_heartbeat')
      .values({ organization_id: org, integration_id: id, id: newId('B'), timeout_seconds: HEARTBEAT_TIMEOUT_SECONDS })
      .execute();
  }
  const integration = await findIntegration(tx, org, id);
  if (integration === null) throw new Error(`integration ${id} is gone in the transaction that made it`);
  return { ok: true, integration };
}

export type IntegrationChanges = Partial<
  Pick<
    Integration,
    | 'name'
    | 'descriptionShort'
    | 'teamId'
    | 'templates'
    | 'groupingScope'
    | 'allowSourceBasedResolving'
    | 'labels'
    | 'dynamicLabels'
    | 'labelsNotInherited'
    | 'multiLabelTemplate'
    | 'acknowledgeHosts'
  >
>;

/** Changes what is given. A name is checked against the team's other integrations only when it is among the changes. */
export async function updateIntegration(
  tx: Tx,
  org: string,
  id: string,
  changes: IntegrationChanges,
  now: Date,
): Promise<{ ok: true; integration: Integration } | { ok: false; reason: 'name_taken' }> {
  const current = await tx
    .selectFrom('integration')
    .select(['team_id'])
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const teamId = changes.teamId === undefined ? current.team_id : changes.teamId;
  if (changes.name !== undefined && (await integrationNameTaken(tx, org, teamId, changes.name, id)))
    return { ok: false, reason: 'name_taken' };
  await tx
    .updateTable('integration')
    .set({
      updated_at: now,
      team_id: teamId,
      ...(changes.name === undefined ? {} : { name: changes.name }),
      ...(changes.descriptionShort === undefined ? {} : { description_short: changes.descriptionShort }),
      ...(changes.templates === undefined
        ? {}
        : { templates: JSON.stringify(changes.templates), is_slow: false, template_errors: '{}' }),
      ...(changes.groupingScope === undefined ? {} : { grouping_scope: changes.groupingScope }),
      ...(changes.allowSourceBasedResolving === undefined
        ? {}
        : { allow_source_based_resolving: changes.allowSourceBasedResolving }),
      ...(changes.labels === undefined ? {} : { labels: JSON.stringify(changes.labels) }),
      ...(changes.dynamicLabels === undefined ? {} : { dynamic_labels: JSON.stringify(changes.dynamicLabels) }),
      ...(changes.labelsNotInherited === undefined ? {} : { labels_not_inherited: [...changes.labelsNotInherited] }),
      ...(changes.multiLabelTemplate === undefined ? {} : { multi_label_template: changes.multiLabelTemplate }),
      ...(changes.acknowledgeHosts === undefined ? {} : { acknowledge_hosts: JSON.stringify(changes.acknowledgeHosts) }),
    })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .execute();
  await rememberLabels(tx, org, namesOf(changes.labels ?? [], changes.dynamicLabels ?? []), now);
  await integrationChanged(tx, id);
  const integration = await findIntegration(tx, org, id);
  if (integration === null) throw new Error(`integration ${id} is gone in the transaction that changes it`);
  return { ok: true, integration };
}

/**
 * Makes an integration of a legacy type one of the plain type: its URL stays, all templates become the type's own (ingest.md 4.2). False:
 * it is of no legacy type.
 */
export async function migrateIntegration(tx: Tx, org: string, id: string, now: Date): Promise<boolean> {
  const row = await tx
    .selectFrom('integration')
    .select('type')
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined || !row.type.startsWith(LEGACY)) return false;
  await tx
    .updateTable('integration')
    .set({ type: row.type.slice(LEGACY.length), templates: '{}', template_errors: '{}', is_slow: false, updated_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .execute();
  await integrationChanged(tx, id);
  return true;
}

/** Ends an integration whose window of maintenance is over: its URL stops taking alerts and its name is free; its alert groups stay. */
export async function deleteIntegration(tx: Tx, org: string, id: string, now: Date): Promise<void> {
  await tx.updateTable('integration').set({ deleted_at: now }).where('organization_id', '=', org).where('id', '=', id).execute();
  await tx
    .updateTable('integration_heartbeat')
    .set({ due_at: null })
    .where('organization_id', '=', org)
    .where('integration_id', '=', id)
    .execute();
  await integrationChanged(tx, id);
}

const namesOf = (labels: Integration['labels'], dynamic: Integration['dynamicLabels']) => [
  ...labels,
  ...dynamic.map(({ key }) => ({ key, value: null })),
];

const defaultName = (title: string, count: number): string =>
  `${title} ${[...String(count)].map((digit) => DIGIT_CODES[Number(digit)]).join('')}`;

/** The secret part of an integration's URL: 25 letters and digits. */
export const newIntegrationToken = (): string =>
  Array.from({ length: TOKEN_LENGTH }, () => TOKEN_ALPHABET[randomInt(TOKEN_ALPHABET.length)]).join('');
