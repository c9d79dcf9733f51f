import { randomBytes } from 'node:crypto';

const id = (prefix) => prefix + randomBytes(6).toString('hex').toUpperCase();

/** `trigger_type` of personal notifications (outgoing webhooks of this kind page one person). */
const PERSONAL_NOTIFICATION = 9;

/**
 * An escalation chain that notifies the first user, whose one rule names a channel.
 * @param options.ruleType `type` of that rule
 * @param options.webhookUrl what the user's personal webhook calls
 */
export async function makeChain(pool, { ruleType = 'notify_by_email', webhookUrl } = {}) {
  let user;
  while (user === undefined) {
    const { rows } = await pool.query('select organization_id, id from users order by created_at limit 1');
    [user] = rows;
  }
  const organizationId = user.organization_id;
  const chainId = id('F');
  await pool.query(`insert into escalation_chain (organization_id, id, name, created_at) values ($1, $2, 'bench', now())`, [
    organizationId,
    chainId,
  ]);
  await pool.query(
    `insert into escalation_step (organization_id, id, escalation_chain_id, position, type, user_ids, created_at) values ($1, $2, $3, 0, 'notify_persons', $4, now())`,
    [organizationId, id('E'), chainId, [user.id]],
  );
  await pool.query(`delete from notification_rule where organization_id = $1 and user_id = $2`, [organizationId, user.id]);
  await pool.query(
    `insert into notification_rule (organization_id, id, user_id, important, position, type, created_at) values ($1, $2, $3, false, 0, $4, now())`,
    [organizationId, id('N'), user.id, ruleType],
  );
  if (webhookUrl !== undefined) {
    const webhookId = id('W');
    await pool.query(
      `insert into webhook (organization_id, id, name, url, trigger_type, created_at) values ($1, $2, 'bench', $3, $4, now())`,
      [organizationId, webhookId, webhookUrl, PERSONAL_NOTIFICATION],
    );
    await pool.query(`insert into personal_webhook_link (organization_id, user_id, webhook_id) values ($1, $2, $3)`, [
      organizationId,
      user.id,
      webhookId,
    ]);
  }
  return { chainId, organizationId };
}

/** @returns their tokens */
export async function addIntegrations(pool, organizationId, chainId, count) {
  const ids = Array.from({ length: count }, () => id('C'));
  const tokens = ids.map(() => randomBytes(12).toString('hex').slice(0, 25));
  await pool.query(
    `insert into integration (organization_id, id, type, name, token, templates, labels, dynamic_labels, acknowledge_hosts, template_errors, created_at, updated_at)
     select $1, t.id, 'alertmanager', 'bench ' || t.id, t.token, '{}', '[]', '[]', '[]', '{}', now(), now() from unnest($2::text[], $3::text[]) as t (id, token)`,
    [organizationId, ids, tokens],
  );
  await pool.query(
    `insert into route (organization_id, id, integration_id, is_default, position, escalation_chain_id, messengers, created_at)
     select $1, 'R' || substr(t.id, 2), t.id, true, 0, $3, '{}', now() from unnest($2::text[]) as t (id)`,
    [organizationId, ids, chainId],
  );
  await pool.query(`select pg_notify('integration_changed', '')`);
  await pool.query('analyze integration, route');
  return tokens;
}

/**
 * Groups of the past, all but the newest hundred resolved, so that tables and indexes have the size of a long-lived installation's.
 * The newest ten thousand have an alert each, as lists show it.
 */
export async function addOldGroups(pool, organizationId, count) {
  await pool.query(
    `insert into alert_group (organization_id, id, number, integration_id, route_id, grouping_key, is_open_for_grouping, title, received_at, started_at, alerts_count,
       first_alert_id, last_alert_id, last_alert_at, resolved_at, resolved_by)
     select $1, 'I0' || lpad(($2::int - n)::text, 11, '0'), -n, i.id, i.route_id, md5(n::text), n <= 100, 'Requests on host-' || n || ' take longer than a second', t.at, t.at, 1,
       a.id, a.id, t.at, case when n > 100 then t.at + interval '10 minutes' end, case when n > 100 then 0 else 2 end
     from generate_series(1, $2::int) n
     cross join lateral (select now() - n * interval '10 seconds' as at) t
     cross join lateral (select case when n <= 10000 then 'A0' || lpad(($2::int - n)::text, 11, '0') end as id) a
     join (select i.id, r.id as route_id, row_number() over (order by i.id) as place from integration i
           join route r on r.organization_id = i.organization_id and r.integration_id = i.id and r.is_default where i.organization_id = $1 limit 1000) i
       on i.place = 1 + n % (select least(1000, count(*)) from integration where organization_id = $1)`,
    [organizationId, count],
  );
  await pool.query(
    `insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
     select organization_id, first_alert_id, id, integration_id, started_at, received_at,
       json_build_object('status', 'firing', 'commonLabels', json_build_object('alertname', 'HighRequestLatency', 'instance', title), 'alerts', json_build_array())::text
     from alert_group where organization_id = $1 and first_alert_id like 'A0%'`,
    [organizationId],
  );
  await pool.query('vacuum analyze alert_group');
  await pool.query('analyze alert');
}
