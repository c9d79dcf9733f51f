import { randomBytes } from 'node:crypto';

const id = (prefix) => prefix + randomBytes(6).toString('hex').toUpperCase();

/** An escalation chain that notifies the first user, whose rules name a channel. */
export async function makeChain(pool) {
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
    `insert into notification_rule (organization_id, id, user_id, important, position, type, created_at) values ($1, $2, $3, false, 0, 'notify_by_email', now())`,
    [organizationId, id('N'), user.id],
  );
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

/** Resolved groups of the past, so that tables and indexes have the size of a long-lived installation's. */
export async function addOldGroups(pool, organizationId, count) {
  await pool.query(
    `insert into alert_group (organization_id, id, number, integration_id, route_id, grouping_key, is_open_for_grouping, title, received_at, started_at, alerts_count, resolved_at, resolved_by)
     select $1, 'I0' || lpad(n::text, 11, '0'), -n, (array(select id from integration where organization_id = $1 limit 1000))[1 + n % least(1000, (select count(*) from integration))::int],
       null, md5(n::text), false, 'old ' || n, now() - n * interval '10 seconds', now() - n * interval '10 seconds', 1, now(), 0
     from generate_series(1, $2::int) n`,
    [organizationId, count],
  );
  await pool.query('analyze alert_group');
}
