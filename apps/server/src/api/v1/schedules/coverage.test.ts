import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let noor: ApiUser;
let ivo: ApiUser;
beforeAll(async () => {
  api = await startApi(); // Monday 2026-03-02, 09:00 UTC
  noor = await api.user('noor', 'editor');
  ivo = await api.user('ivo', 'editor');
});
afterAll(() => api[Symbol.asyncDispose]());

/** Noor and Ivo take turns from 08:00 to 20:00, so that every night is a gap. */
async function daytime(change: Record<string, unknown> = {}): Promise<string> {
  const shift = await api.admin.post('on_call_shifts/', {
    type: 'rolling_users',
    start: '2026-03-02T08:00:00',
    duration: 43_200,
    frequency: 'daily',
    rolling_users: [[noor.id], [ivo.id]],
    start_rotation_from_user_index: 0,
  });
  const made = await api.admin.post('schedules/', { name: 'Day', type: 'calendar', shifts: [shift.body.id], ...change });
  expect(made.status, made.text).toBe(201);
  return made.body.id;
}

test('gaps of the coming days are told before they happen', async () => {
  const id = await daytime();
  const { results } = (await api.admin.get(`schedules/${id}/warnings?days=2`)).body;
  expect(results).toEqual([
    { type: 'gap', start: '2026-03-02T20:00:00Z', end: '2026-03-03T08:00:00Z', user_id: null, text: 'Nobody is on call' },
    { type: 'gap', start: '2026-03-03T20:00:00Z', end: '2026-03-04T08:00:00Z', user_id: null, text: 'Nobody is on call' },
  ]);
});

test('turns and warnings of all schedules come in one answer, of those that are seen', async () => {
  const team = (await api.admin.post('teams/', { name: 'Night watch', members: [ivo.id] })).body.id;
  const [open, closed] = [await daytime({ name: 'Open' }), await daytime({ name: 'Closed', team_id: team })];
  const range = 'start_date=2026-03-02T08:00&end_date=2026-03-03T20:00';
  type Row = { schedule_id: string; text?: string };
  const about = (rows: Row[], ...ids: string[]) => rows.filter((row) => ids.includes(row.schedule_id));
  for (const id of [open, closed]) {
    const { results } = (await api.admin.get(`schedules/final_shifts?${range}`)).body;
    const one = (await api.admin.get(`schedules/${id}/final_shifts?${range}`)).body.results;
    expect(about(results, id)).toEqual(
      one.map(({ user_pk, shift_start, shift_end }: Record<string, string>) => ({
        schedule_id: id,
        user_pk,
        shift_start,
        shift_end,
      })),
    );
    const warnings = (await api.admin.get('schedules/warnings?days=2')).body.results;
    const own = (await api.admin.get(`schedules/${id}/warnings?days=2`)).body.results;
    expect(own).toHaveLength(2);
    expect(about(warnings, id)).toEqual(own.map((row: object) => ({ schedule_id: id, ...row })));
  }
  const browser = await api.signIn(noor);
  for (const path of [`schedules/final_shifts?${range}`, 'schedules/warnings'])
    expect(new Set(about((await browser.send('GET', path)).body.results, open, closed).map((row) => row.schedule_id))).toEqual(
      new Set([open]),
    );
  const { on_call: onCall } = (await browser.send('GET', 'auth/session')).body;
  expect(onCall).toContainEqual({ schedule_id: open, name: 'Open', until: '2026-03-02T20:00:00Z' });
  expect(JSON.stringify(onCall)).not.toContain(closed);
});

test('a schedule that cannot be computed costs only its own turns', async () => {
  const team = (await api.admin.post('teams/', { name: 'Repairs', members: [noor.id] })).body.id;
  const [good, broken] = [await daytime({ name: 'Good', team_id: team }), await daytime({ name: 'Broken', team_id: team })];
  const shifts = (await api.admin.get(`schedules/${broken}/`)).body.shifts;
  const begin = (start: string) =>
    sql`update on_call_shift set start = ${start} where id in (select shift_id from schedule_shift where schedule_id = ${broken})`.execute(
      api.db,
    );
  await begin('nonsense');
  const { status, body } = await (await api.signIn(noor)).send('GET', 'auth/session');
  expect(status).toBe(200);
  expect(body.on_call).toContainEqual({ schedule_id: good, name: 'Good', until: '2026-03-02T20:00:00Z' });
  expect(JSON.stringify(body.on_call)).not.toContain(broken);
  const read = async (path: string) => {
    const answer = await api.admin.get(path);
    expect(answer.status, path).toBe(200);
    return answer.body;
  };
  const shown = { shifts, on_call_now: [] };
  expect(await read(`schedules/${broken}/`)).toMatchObject(shown);
  const { results } = await read('schedules/?perpage=100');
  expect(results).toContainEqual(expect.objectContaining({ id: broken, ...shown }));
  expect(results).toContainEqual(expect.objectContaining({ id: good, on_call_now: [noor.id] }));
  const idsIn = (rows: { schedule_id: string }[]) => new Set(rows.map((row) => row.schedule_id));
  for (const turns of [
    (await read('schedules/final_shifts?start_date=2026-03-02&end_date=2026-03-04')).results,
    await read(`users/${noor.id}/upcoming_shifts`),
  ]) {
    expect(idsIn(turns)).toContain(good);
    expect(idsIn(turns)).not.toContain(broken);
  }
  const warnings = (await read('schedules/warnings?days=2')).results;
  expect(idsIn(warnings)).toContain(good);
  const warning = { type: 'shift', text: expect.stringMatching(/^The schedule cannot be computed/) };
  expect(warnings.filter((row: { schedule_id: string }) => row.schedule_id === broken)).toMatchObject([warning]);
  expect((await read(`schedules/${broken}/warnings`)).results).toMatchObject([warning]);
  expect((await read(`users/${noor.id}/check_availability`)).is_on_call).toBe(true);
  const people = (await read('users/?is_currently_oncall=true')).results;
  expect(people).toContainEqual(expect.objectContaining({ id: noor.id }));
  expect((await read('teams/?short=false')).results).toContainEqual(
    expect.objectContaining({ id: team, number_of_users_currently_oncall: 1 }),
  );
  expect((await read('readiness')).results).toContainEqual(
    expect.objectContaining({ user_id: noor.id, next_shift: expect.objectContaining({ start: '2026-03-02T09:00:00Z' }) }),
  );
  await begin('2026-03-02T08:00:00');
});

test('time off marks the shifts that it leaves uncovered, and takes nobody off call', async () => {
  const id = await daytime();
  const away = { user_id: ivo.id, starts_at: '2026-03-03T10:00:00Z', ends_at: '2026-03-03T12:00:00+00:00', note: 'dentist' };
  const made = await api.admin.post('time_off/', away);
  expect(made.body).toEqual({ ...away, id: expect.stringMatching(/^TO/), ends_at: '2026-03-03T12:00:00Z' });
  const warnings = (await api.admin.get(`schedules/${id}/warnings?days=2`)).body.results.filter(
    (row: { type: string }) => row.type === 'time_off',
  );
  expect(warnings).toEqual([
    {
      type: 'time_off',
      start: '2026-03-03T10:00:00Z',
      end: '2026-03-03T12:00:00Z',
      user_id: ivo.id,
      text: 'ivo is on call while away',
    },
  ]);
  const shifts = await api.admin.get(`schedules/${id}/final_shifts?start_date=2026-03-03T10:00&end_date=2026-03-03T12:00`);
  expect(shifts.body.results.map((row: { user_pk: string }) => row.user_pk)).toEqual([ivo.id]);
  expect((await api.admin.post('time_off/', { ...away, ends_at: '2026-03-03T10:00:00Z' })).body).toEqual({
    non_field_errors: ['ends_at must be after starts_at'],
  });
  expect((await api.admin.post('time_off/', { ...away, user_id: 'UNOBODY' })).body).toEqual({
    user_id: ['Object does not exist'],
  });
  expect((await api.admin.put(`time_off/${made.body.id}/`, { note: null })).body.note).toBeNull();
  api.clock.set('2026-03-04T00:00:00Z');
  expect((await api.admin.get('time_off/')).body.count).toBe(0);
  expect((await api.admin.get('time_off/?past=true')).body.count).toBe(1);
  api.clock.set('2026-03-02T09:00:00Z');
  expect((await api.admin.delete(`time_off/${made.body.id}/`)).status).toBe(204);
});

test('a shift whose people may not be notified is empty, and says so', async () => {
  const vik = await api.user('vik', 'viewer');
  const shift = await api.admin.post('on_call_shifts/', {
    type: 'single_event',
    start: '2026-03-02T10:00:00',
    duration: 3600,
    users: [vik.id],
  });
  const { id } = (await api.admin.post('schedules/', { name: 'Empty', type: 'calendar', shifts: [shift.body.id] })).body;
  const found = (await api.admin.get(`schedules/${id}/warnings?days=1`)).body.results;
  expect(found).toContainEqual({
    type: 'empty_shift',
    start: '2026-03-02T10:00:00Z',
    end: '2026-03-02T11:00:00Z',
    user_id: null,
    text: 'Nobody of the shift can be notified: vik',
  });
});

test('shares of time, nights and holidays are counted per person', async () => {
  const id = await daytime({ holiday_country: 'de-by' });
  const { results } = (await api.admin.get(`schedules/${id}/load?start_date=2026-04-03&end_date=2026-04-05`)).body; // Good Friday and Saturday
  expect(results).toHaveLength(2);
  const total = results.reduce((sum: number, row: { on_call_hours: number }) => sum + row.on_call_hours, 0);
  expect(total).toBe(24);
  expect(results.map((row: { holiday_hours: number }) => row.holiday_hours).sort()).toEqual([0, 12]);
  expect(results.map((row: { weekend_hours: number }) => row.weekend_hours).sort()).toEqual([0, 12]);
  expect(results.map((row: { load: number }) => row.load)).toEqual([1, 1]);
  const holidays = await api.admin.get(`schedules/${id}/holidays?start_date=2026-04-01&end_date=2026-04-07`);
  expect(holidays.body.results.map((row: { date: string }) => row.date)).toContain('2026-04-03');
  expect((await api.admin.post('schedules/', { name: 'x', type: 'web', holiday_country: 'ZZ' })).body).toEqual({
    holiday_country: ['Unknown country or subdivision "ZZ".'],
  });
});

test('turns on public holidays can be left out, or be the only ones', async () => {
  const turns = async (holidays: string | null): Promise<string[]> => {
    const body = {
      type: 'recurrent_event',
      start: '2026-04-01T08:00:00',
      duration: 3600,
      frequency: 'daily',
      users: [noor.id],
      holidays,
    };
    const shift = await api.admin.post('on_call_shifts/', body);
    const { id } = (
      await api.admin.post('schedules/', { name: 'x', type: 'calendar', shifts: [shift.body.id], holiday_country: 'DE' })
    ).body;
    const { results } = (await api.admin.get(`schedules/${id}/final_shifts?start_date=2026-04-02&end_date=2026-04-07`)).body;
    return results.map((row: { shift_start: string }) => row.shift_start.slice(5, 10));
  };
  expect(await turns(null)).toEqual(['04-02', '04-03', '04-04', '04-05', '04-06']);
  expect(await turns('skip')).toEqual(['04-02', '04-04', '04-05']); // Good Friday and Easter Monday
  expect(await turns('only')).toEqual(['04-03', '04-06']);
});

test('a person’s own calendar marks what it leaves uncovered', async () => {
  const id = await daytime();
  const made = await api.admin.post('time_off_feeds/', { user_id: ivo.id, ical_url: 'https://cal.example/ivo.ics' });
  expect(made.body).toEqual({
    user_id: ivo.id,
    ical_url: 'https://cal.example/ivo.ics',
    fetched_at: null,
    error: null,
    error_since: null,
  });
  const reader = await api.user('reader', 'viewer');
  expect((await reader.get('time_off_feeds/')).body.results[0].ical_url).toBe('****************');
  const calendar = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:x',
    'BEGIN:VEVENT',
    'UID:a',
    'DTSTART;VALUE=DATE:20260303',
    'DTEND;VALUE=DATE:20260304',
    'SUMMARY:beach',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ];
  await sql`update time_off_feed set content = ${calendar.join('\r\n')}`.execute(api.db);
  const { results } = (await api.admin.get(`schedules/${id}/warnings?days=2`)).body;
  expect(results.filter((row: { type: string }) => row.type === 'time_off')).toMatchObject([
    { start: '2026-03-03T08:00:00Z', end: '2026-03-03T20:00:00Z', user_id: ivo.id },
  ]);
  expect((await api.admin.delete(`time_off_feeds/${ivo.id}/`)).status).toBe(204);
});

test('quality speaks of what is not covered', async () => {
  const id = await daytime();
  const { body } = await api.admin.get(`schedules/${id}/quality?days=30`);
  expect(body.total_score).toBeLessThan(90);
  expect(body.comments).toContainEqual({ type: 'warning', text: expect.stringContaining('not covered') });
});

test('a member who leaves has no turn afterwards', async () => {
  const shift = await api.admin.post('on_call_shifts/', {
    type: 'rolling_users',
    start: '2026-03-02T00:00:00',
    duration: 86_400,
    frequency: 'daily',
    rolling_users: [[noor.id], [ivo.id]],
    start_rotation_from_user_index: 0,
    members: [{ user_id: ivo.id, leaves: '2026-03-04' }],
  });
  expect(shift.body.members).toEqual([{ user_id: ivo.id, joins: null, leaves: '2026-03-04' }]);
  const { id } = (await api.admin.post('schedules/', { name: 'Leave', type: 'calendar', shifts: [shift.body.id] })).body;
  const shifts = (await api.admin.get(`schedules/${id}/final_shifts?start_date=2026-03-02&end_date=2026-03-08`)).body.results;
  const whoAfter = shifts
    .filter((row: { shift_start: string }) => row.shift_start >= '2026-03-04')
    .map((row: { user_pk: string }) => row.user_pk);
  expect(new Set(whoAfter)).toEqual(new Set([noor.id]));
  const wrong = await api.admin.put(`on_call_shifts/${shift.body.id}/`, {
    members: [{ user_id: ivo.id, joins: '2026-03-04', leaves: '2026-03-04' }],
  });
  expect(wrong.body).toEqual({ members: ['leaves must be after joins.'] });
});

test('calendar links open by their secret, until they are ended', async () => {
  const id = await daytime();
  const made = await noor.post(`schedules/${id}/export_token`);
  expect(made.status, made.text).toBe(201);
  expect(made.body).toEqual({
    token: expect.stringMatching(/^[0-9a-f]{32}$/),
    created_at: '2026-03-02T09:00:00Z',
    export_url: `https://tocsin.example.net/api/v1/schedules/${id}/export?token=${made.body.token}`,
  });
  const twice = await noor.post(`schedules/${id}/export_token`);
  expect([twice.status, twice.body]).toMatchObject([409, { detail: 'Schedule export token for user already exists' }]);
  const open = async (path: string) => {
    const answer = await api.app.inject({ url: `/api/v1/${path}` });
    return [answer.statusCode, String(answer.headers['content-type']), answer.body];
  };
  const [status, type, text] = await open(`schedules/${id}/export?token=${made.body.token}`);
  expect([status, type]).toEqual([200, 'text/calendar; charset=utf-8']);
  expect(text).toContain('BEGIN:VCALENDAR');
  expect(text).toContain('SUMMARY:noor');
  expect(await open(`schedules/${id}/export`)).toEqual([403, 'text/calendar; charset=utf-8', '"Invalid token."']);
  expect((await open(`schedules/SOTHER/export?token=${made.body.token}`))[2]).toBe(
    '"Invalid schedule export token for schedule"',
  );
  const own = (await noor.post(`users/${noor.id}/export_token`)).body.token;
  const shifts = await open(`users/${noor.id}/schedule_export?token=${own}`);
  expect(shifts[0]).toBe(200);
  expect(shifts[2]).not.toContain('SUMMARY:ivo');
  expect((await noor.get(`schedules/${id}/export_token`)).body).toEqual({
    created_at: '2026-03-02T09:00:00Z',
    revoked_at: null,
    active: true,
    last_fetched_at: '2026-03-02T09:00:00Z',
  });
  expect((await noor.get(`users/${noor.id}/export_token`)).body.last_fetched_at).toBe('2026-03-02T09:00:00Z');
  const url = `/api/v1/schedules/${id}/export?token=${made.body.token}`;
  const { headers } = await api.app.inject({ url });
  expect(headers).toMatchObject({ etag: expect.stringMatching(/^"[\w-]+"$/), 'cache-control': 'private, max-age=300' });
  const again = await api.app.inject({ url, headers: { 'if-none-match': `W/"x", ${String(headers.etag)}` } });
  expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', headers.etag]);
  expect((await api.app.inject({ url, headers: { 'if-none-match': '"x"' } })).statusCode).toBe(200);
  expect((await noor.delete(`schedules/${id}/export_token`)).status).toBe(204);
  expect((await open(`schedules/${id}/export?token=${made.body.token}`))[2]).toBe('"Export token is deactivated"');
  expect((await noor.post(`schedules/${id}/export_token`)).status).toBe(201);
});

test('the next turn of each person, who takes part, and which chains ask a schedule', async () => {
  const [ana, bo, cy] = [await api.user('ana', 'editor'), await api.user('bo', 'editor'), await api.user('cy', 'editor')];
  // Groups [ana, bo], [cy] for 24 hours each; the worked example E42 of schedules.md, moved to the clock of this test.
  const shift = await api.admin.post('on_call_shifts/', {
    type: 'rolling_users',
    start: '2026-03-01T08:00:00',
    duration: 86_400,
    frequency: 'daily',
    rolling_users: [[ana.id, bo.id], [cy.id]],
    start_rotation_from_user_index: 0,
  });
  const { id } = (await api.admin.post('schedules/', { name: 'Turns', type: 'calendar', shifts: [shift.body.id] })).body;
  const next = (await noor.get(`schedules/${id}/next_shifts_per_user`)).body.results;
  const later = {
    timezone: null,
    shift_start: '2026-03-03T08:00:00Z',
    shift_end: '2026-03-04T08:00:00Z',
    shift_id: shift.body.id,
  };
  expect(next.toSorted((a: { user_id: string }, b: { user_id: string }) => (a.user_id < b.user_id ? -1 : 1))).toEqual(
    [
      { ...later, user_id: ana.id, is_now: false },
      { ...later, user_id: bo.id, is_now: false },
      { ...later, user_id: cy.id, is_now: true, shift_start: '2026-03-02T08:00:00Z', shift_end: '2026-03-03T08:00:00Z' },
    ].toSorted((a, b) => (a.user_id < b.user_id ? -1 : 1)),
  );
  const related = (await noor.get(`schedules/${id}/related_users`)).body;
  expect(related.map((user: { username: string }) => user.username)).toEqual(['ana', 'bo', 'cy']);

  const team = (await api.admin.post('teams/', { name: 'cranes', members: [ana.id] })).body.id;
  const chain = async (name: string, team_id: string | null) => {
    const made = (await api.admin.post('escalation_chains/', { name, team_id })).body.id;
    const step = { escalation_chain_id: made, type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: id };
    for (const _twice of [1, 2]) await api.admin.post('escalation_policies/', step);
    return made;
  };
  const [open, closed] = [await chain('alpha', null), await chain('beta', team)];
  await api.admin.post('escalation_chains/', { name: 'gamma' });
  const path = `schedules/${id}/related_escalation_chains`;
  expect((await api.admin.get(path)).body).toEqual([
    { id: open, name: 'alpha' },
    { id: closed, name: 'beta' },
  ]);
  const browser = await api.signIn(cy);
  expect((await browser.send('GET', path)).body[1]).toEqual({ id: closed, name: 'private resource of another team' });
  for (const what of ['next_shifts_per_user', 'related_users', 'related_escalation_chains'])
    expect((await noor.get(`schedules/SNONE/${what}`)).status).toBe(404);
});

test('whether somebody is there is told before they are paged, and their coming turns', async () => {
  const [kim, lee] = [await api.user('kim', 'editor'), await api.user('lee', 'viewer')];
  const none = { default: 0, important: 0 };
  expect((await kim.get('users/current/check_availability')).body).toEqual({
    user_id: kim.id,
    may_be_notified: true,
    is_on_call: false,
    oncall_schedules: [],
    away_until: null,
    timezone: 'UTC',
    local_time: '2026-03-02T09:00:00',
    is_in_working_hours: true,
    notification_rules: none,
    warnings: [
      { code: 'no_notification_rules', text: 'The person has no notification rules; pages go by e-mail.' },
      { code: 'not_on_call', text: 'The person is not on call.' },
    ],
  });
  const shift = await api.admin.post('on_call_shifts/', {
    type: 'rolling_users',
    start: '2026-03-02T08:00:00',
    duration: 43_200,
    frequency: 'daily',
    rolling_users: [[kim.id], [noor.id]],
    start_rotation_from_user_index: 0,
  });
  const { id } = (await api.admin.post('schedules/', { name: 'Docks', type: 'calendar', shifts: [shift.body.id] })).body;
  await kim.patch('users/current', { timezone: 'Asia/Tokyo' });
  await api.admin.post('personal_notification_rules/', { user_id: kim.id, type: 'notify_by_email' });
  await api.admin.post('time_off/', { user_id: kim.id, starts_at: '2026-03-02T08:00:00Z', ends_at: '2026-03-02T10:00:00Z' });
  const later = (await lee.get(`users/${kim.id}/check_availability`)).body;
  expect(later).toMatchObject({
    is_on_call: true,
    oncall_schedules: [{ id, name: 'Docks' }],
    away_until: '2026-03-02T10:00:00Z',
    timezone: 'Asia/Tokyo',
    local_time: '2026-03-02T18:00:00',
    is_in_working_hours: false,
    notification_rules: { ...none, default: 1 },
  });
  expect(later.warnings.map(({ code }: { code: string }) => code)).toEqual(['away', 'outside_working_hours']);
  expect((await kim.get(`users/${lee.id}/check_availability`)).body.warnings[0].code).toBe('not_notifiable');
  const turn = (start: string, end: string) => ({ shift_start: start, shift_end: end, shift_id: shift.body.id });
  const turns = {
    schedule_id: id,
    schedule_name: 'Docks',
    is_oncall: true,
    current_shift: turn('2026-03-02T08:00:00Z', '2026-03-02T20:00:00Z'),
    next_shift: turn('2026-03-04T08:00:00Z', '2026-03-04T20:00:00Z'),
  };
  expect((await lee.get(`users/${kim.id}/upcoming_shifts`)).body).toEqual([turns]);
  expect((await kim.get('users/current/upcoming_shifts?days=1')).body).toEqual([{ ...turns, next_shift: null }]);
  expect((await kim.get(`users/${lee.id}/upcoming_shifts`)).body).toEqual([]);

  const nobody = await api.user('nobody-yet', 'none');
  expect((await nobody.get('users/current/check_availability')).status).toBe(200);
  expect((await nobody.get(`users/${kim.id}/check_availability`)).status).toBe(403);
  expect((await kim.get('users/UNOBODY/check_availability')).status).toBe(404);
  const zones = (await kim.get('users/timezone_options')).body;
  expect(zones).toEqual(expect.arrayContaining(['UTC', 'Europe/Madrid', 'Asia/Tokyo']));
});
