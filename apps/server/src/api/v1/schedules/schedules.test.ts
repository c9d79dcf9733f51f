import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let noor: ApiUser;
let ivo: ApiUser;
const feeds = new Map<string, 'Ical download failed' | 'Ical parse failed'>();
beforeAll(async () => {
  api = await startApi({ checkFeed: async (url) => feeds.get(url) ?? null }); // 2026-03-02 is a Monday, 09:00 UTC
  noor = await api.user('noor', 'editor');
  ivo = await api.user('ivo', 'editor');
});
afterAll(() => api[Symbol.asyncDispose]());

const rolling = () => ({
  name: 'days',
  type: 'rolling_users',
  start: '2026-03-02T08:00:00',
  duration: 86400,
  frequency: 'daily',
  rolling_users: [[noor.id], [ivo.id]],
  start_rotation_from_user_index: 0,
});
const shift = async (body: Record<string, unknown>) => {
  const made = await api.admin.post('on_call_shifts/', body);
  expect(made.status, made.text).toBe(201);
  return made.body;
};
const schedule = async (body: Record<string, unknown>) => {
  const made = await api.admin.post('schedules/', { name: 'Harbor', type: 'calendar', ...body });
  expect(made.status, made.text).toBe(201);
  return made.body;
};

test('each type of shift shows its own keys and no others', async () => {
  const common = {
    id: expect.stringMatching(/^O/),
    team_id: null,
    schedule: null,
    time_zone: null,
    start: '2026-03-02T08:00:00',
    rotation_start: '2026-03-02T08:00:00',
  };
  expect(await shift(rolling())).toEqual({
    ...common,
    name: 'days',
    type: 'rolling_users',
    level: 0,
    duration: 86400,
    frequency: 'daily',
    interval: 1,
    until: null,
    by_day: null,
    by_month: null,
    by_monthday: null,
    rolling_users: [[noor.id], [ivo.id]],
    start_rotation_from_user_index: 0,
  });
  const single = await shift({
    type: 'single_event',
    start: '2026-03-02T08:00:00',
    duration: '1:30:00',
    users: [noor.id, 'UNOBODY'],
    level: 2,
  });
  expect(single).toEqual({ ...common, name: null, type: 'single_event', level: 2, duration: 5400, users: [noor.id] });
  const weekly = await shift({
    type: 'recurrent_event',
    start: '2026-03-02T08:00:00',
    duration: 'PT8H',
    frequency: 'weekly',
    week_start: 'MO',
    interval: 2,
    by_day: ['MO', 'FR'],
    by_month: [],
    until: '2026-09-01T00:00:00',
    users: [ivo.id],
  });
  expect(weekly).toMatchObject({
    duration: 28800,
    frequency: 'weekly',
    week_start: 'MO',
    interval: 2,
    by_day: ['MO', 'FR'],
    by_month: null,
    until: '2026-09-01T00:00:00',
  });
  const override = await shift({ type: 'override', start: '2026-03-02T08:00:00', duration: 60, users: [ivo.id], level: 5 });
  expect(override).toEqual({ ...common, name: null, type: 'override', duration: 60, users: [ivo.id] });
});

test.each([
  ['an unknown type', { type: 'x' }, { detail: 'Invalid shift type' }],
  [
    'a start with a zone',
    { start: '2026-03-02T08:00:00Z' },
    { detail: 'Invalid datetime format, should be "yyyy-mm-dd\'T\'hh:mm:ss"' },
  ],
  ['30 February', { start: '2026-02-30T08:00:00' }, { detail: expect.stringContaining('Invalid datetime format') }],
  ['no frequency', { frequency: undefined }, { detail: "Field 'frequency' is required for this on-call shift type" }],
  ['an unknown frequency', { frequency: 'yearly' }, { detail: 'Invalid frequency type' }],
  ['weeks without a start', { frequency: 'weekly' }, { detail: "Field 'week_start' is required for frequency type 'weekly'" }],
  ['interval null', { interval: null }, { detail: "Field 'interval' must be a positive integer" }],
  ['interval 0', { interval: 0 }, { detail: 'Invalid value for interval' }],
  [
    'no first index',
    { start_rotation_from_user_index: undefined },
    { detail: "Field 'start_rotation_from_user_index' is required for this on-call shift type" },
  ],
  ['an unknown zone', { time_zone: 'asdf' }, { time_zone: ['Invalid timezone'] }],
  ['a day that is none', { by_day: ['QQ'] }, { detail: expect.stringContaining('Invalid day value in by_day') }],
  ['month 13', { by_month: [13] }, { detail: 'Invalid month value in by_month field. Valid values: from 1 to 12' }],
  ['day 35', { by_monthday: [35] }, { detail: expect.stringContaining('Invalid monthday value') }],
  [
    'fewer days than the interval',
    { by_day: ['MO'], interval: 2 },
    { detail: 'Interval must be less than or equal to the number of selected days' },
  ],
  ['an unknown person', { rolling_users: [['UNOBODY']] }, { rolling_users: { 0: ["User does not exist {'UNOBODY'}"] } }],
  ['a duration that is none', { duration: 'long' }, { duration: [expect.stringContaining('Duration has wrong format')] }],
  ['no start', { start: undefined }, { start: ['This field is required.'] }],
])('a rotation with %s is refused', async (_what, change, errors) => {
  const answer = await api.admin.post('on_call_shifts/', { ...rolling(), ...change });
  expect([answer.status, answer.body]).toMatchObject([400, errors]);
});

test('the first day of the week is read back where it was sent, and nowhere else', async () => {
  const daily = { type: 'recurrent_event', start: '2026-03-02T08:00:00', duration: 3_600, frequency: 'daily' };
  const silent = (await api.admin.post('on_call_shifts/', daily)).body;
  expect(silent).not.toHaveProperty('week_start');
  const { id, ...made } = (await api.admin.post('on_call_shifts/', { ...daily, week_start: 'MO' })).body;
  expect(made.week_start).toBe('MO');
  expect((await api.admin.put(`on_call_shifts/${id}`, { ...daily, week_start: 'TU' })).body.week_start).toBe('TU');
  expect((await api.admin.patch(`on_call_shifts/${id}`, { duration: 7_200 })).body.week_start).toBe('TU');
  expect((await api.admin.get(`on_call_shifts/${id}`)).body.week_start).toBe('TU');
  // Terraform goes from weekly to hourly and sends it no more.
  expect((await api.admin.put(`on_call_shifts/${id}`, { ...daily, frequency: 'weekly', week_start: 'SU' })).body.week_start).toBe(
    'SU',
  );
  expect((await api.admin.put(`on_call_shifts/${id}`, { ...daily, frequency: 'hourly' })).body).not.toHaveProperty('week_start');
});

test('a shift is changed key by key', async () => {
  const made = await shift(rolling());
  const longer = await api.admin.put(`on_call_shifts/${made.id}/`, { duration: 43200 });
  expect(longer.body).toEqual({ ...made, duration: 43200 });
  expect((await api.admin.put(`on_call_shifts/${made.id}/`, { frequency: 'weekly' })).body).toMatchObject({
    detail: "Field 'week_start' is required for frequency type 'weekly'",
  });
  expect((await api.admin.patch(`on_call_shifts/${made.id}/`, { until: 'not-a-date' })).status).toBe(400);
  expect((await api.admin.delete(`on_call_shifts/${made.id}/`)).status).toBe(204);
  expect((await api.admin.get(`on_call_shifts/${made.id}/`)).status).toBe(404);
});

test('a calendar schedule says who is on call, and follows every change at once', async () => {
  const days = await shift(rolling());
  const made = await schedule({ shifts: [days.id, 'ONOPE'], time_zone: 'UTC' });
  expect(made).toEqual({
    id: expect.stringMatching(/^S/),
    team_id: null,
    name: 'Harbor',
    type: 'calendar',
    time_zone: 'UTC',
    ical_url_overrides: null,
    enable_web_overrides: false,
    shifts: [days.id],
    slack: { channel_id: null, user_group_id: null },
    on_call_now: [noor.id],
  });
  expect((await api.admin.get(`on_call_shifts/${days.id}`)).body.schedule).toBe(made.id);
  await api.admin.put(`on_call_shifts/${days.id}/`, { start_rotation_from_user_index: 1 });
  expect((await api.admin.get(`schedules/${made.id}/`)).body.on_call_now).toEqual([ivo.id]);
  const cleared = await api.admin.put(`schedules/${made.id}/`, { shifts: null });
  expect(cleared.body).toMatchObject({ shifts: [], on_call_now: [] });
  expect((await api.admin.get(`on_call_shifts/?schedule_id=${made.id}`)).body.count).toBe(0);
});

test('final shifts are cut to the range and come in one answer', async () => {
  const days = await shift(rolling());
  const { id } = await schedule({ shifts: [days.id] });
  const answer = await api.admin.get(`schedules/${id}/final_shifts?start_date=2026-03-02&end_date=2026-03-04`);
  expect(answer.body).toMatchObject({
    count: 2,
    next: null,
    previous: null,
    current_page_number: 1,
    page_size: 50,
    total_pages: 1,
  });
  expect(answer.body.results).toEqual([
    {
      user_pk: noor.id,
      user_email: 'noor@example.net',
      user_username: 'noor',
      shift_start: '2026-03-02T08:00:00Z',
      shift_end: '2026-03-03T08:00:00Z',
    },
    {
      user_pk: ivo.id,
      user_email: 'ivo@example.net',
      user_username: 'ivo',
      shift_start: '2026-03-03T08:00:00Z',
      shift_end: '2026-03-04T00:00:00Z',
    },
  ]);
  const refused = async (query: string) => (await api.admin.get(`schedules/${id}/final_shifts?${query}`)).body;
  expect(await refused('end_date=2026-03-04')).toEqual({ start_date: ['This field is required.'] });
  expect(await refused('start_date=2026-03-04&end_date=2026-03-02')).toEqual({
    non_field_errors: ['start_date must be less than or equal to end_date'],
  });
  expect(await refused('start_date=2026-03-04&end_date=2027-03-05')).toEqual({
    non_field_errors: ['The difference between start_date and end_date must be less than one year (365 days)'],
  });
  expect(await refused('start_date=2026-03-04T00:00:00&end_date=2026-03-05')).toEqual({
    start_date: [expect.stringContaining('Datetime has wrong format')],
  });
});

test('an ical schedule is taken when its calendar can be read', async () => {
  feeds.set('https://cal.example/away.ics', 'Ical download failed');
  const body = { name: 'Feed', type: 'ical', ical_url_primary: 'https://cal.example/a.ics' };
  const made = await api.admin.post('schedules/', body);
  expect(made.body).toEqual({
    id: expect.any(String),
    team_id: null,
    name: 'Feed',
    type: 'ical',
    ical_url_primary: 'https://cal.example/a.ics',
    ical_url_overrides: null,
    slack: { channel_id: null, user_group_id: null },
    on_call_now: [],
  });
  const away = await api.admin.post('schedules/', { ...body, ical_url_primary: 'https://cal.example/away.ics' });
  expect([away.status, away.body]).toEqual([400, { ical_url_primary: ['Ical download failed'] }]);
  expect((await api.admin.post('schedules/', { ...body, ical_url_primary: null })).status).toBe(400);
  expect((await api.admin.post('schedules/', { name: 'x' })).body).toEqual({ type: 'This field is required' });
  expect((await api.admin.post('schedules/', { name: 'x', type: 'y' })).body).toEqual({ type: 'Invalid type' });
  expect((await api.admin.post('schedules/', { name: 'x', type: 'web', slack: { channel_id: 'C1' } })).body).toMatchObject({
    detail: "Slack isn't connected to this workspace",
  });
});

test('a swap is asked for, taken once, and changes who is on call', async () => {
  const days = await shift(rolling());
  const { id } = await schedule({ shifts: [days.id] });
  const body = {
    schedule: id,
    swap_start: '2026-03-04T08:00:00Z',
    swap_end: '2026-03-05T08:00:00+00:00',
    description: 'dentist',
    beneficiary: noor.id,
  };
  const made = await api.admin.post('shift_swaps/', body);
  expect(made.status, made.text).toBe(201);
  expect(made.body).toMatchObject({
    status: 'open',
    schedule: id,
    swap_start: '2026-03-04T08:00:00.000000Z',
    beneficiary: noor.id,
    benefactor: null,
  });
  expect(made.body.shifts).toMatchObject([
    { start: '2026-03-04T08:00:00Z', users: [{ pk: noor.id, swap_request: { pk: made.body.id } }] },
  ]);
  const take = (benefactor?: string) => api.admin.post(`shift_swaps/${made.body.id}/take`, { benefactor });
  expect((await take()).body).toMatchObject({ detail: 'benefactor user ID is required' });
  expect((await take('UNOBODY')).body).toMatchObject({ detail: 'Invalid benefactor user ID' });
  expect((await take(noor.id)).body).toMatchObject({
    detail: 'A shift swap request cannot be created and taken by the same user',
  });
  const both = await Promise.all([take(ivo.id), take(api.admin.id)]);
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 400]);
  expect((await take(ivo.id)).body).toMatchObject({
    detail: 'The shift swap request is not in a state which allows it to be taken',
  });
  const taker = (await api.admin.get(`shift_swaps/${made.body.id}/`)).body.benefactor;
  const shifts = await api.admin.get(`schedules/${id}/final_shifts?start_date=2026-03-04T08:00&end_date=2026-03-05T08:00`);
  expect(shifts.body.results.map((row: { user_pk: string }) => row.user_pk)).toEqual([taker]);
  expect((await api.admin.get('shift_swaps/')).body.results[0].shifts).toBeUndefined();
  expect((await api.admin.get('shift_swaps/?open_only=true')).body.count).toBe(0);
  expect((await api.admin.delete(`shift_swaps/${made.body.id}/`)).status).toBe(204);
  const after = await api.admin.get(`schedules/${id}/final_shifts?start_date=2026-03-04T08:00&end_date=2026-03-05T08:00`);
  expect(after.body.results.map((row: { user_pk: string }) => row.user_pk)).toEqual([noor.id]);
});

test.each([
  [
    'one that begins now',
    { swap_start: '2026-03-02T09:00:00Z' },
    { non_field_errors: ['swap_start must be a datetime in the future'] },
  ],
  [
    'one that ends before it begins',
    { swap_end: '2026-03-03T08:00:00Z' },
    { non_field_errors: ['swap_end must occur after swap_start'] },
  ],
  [
    'a time without zone',
    { swap_start: '2026-03-04T08:00:00' },
    { swap_start: [expect.stringContaining('Datetime has wrong format')] },
  ],
  ['nobody', { beneficiary: undefined }, { detail: 'beneficiary user ID is required' }],
  ['an unknown schedule', { schedule: 'SNOPE' }, { schedule: ['Object does not exist'] }],
])('a swap of %s is refused', async (_what, change, errors) => {
  const { id } = await schedule({});
  const body = {
    schedule: id,
    swap_start: '2026-03-04T08:00:00Z',
    swap_end: '2026-03-05T08:00:00Z',
    beneficiary: noor.id,
    ...change,
  };
  const answer = await api.admin.post('shift_swaps/', body);
  expect([answer.status, answer.body]).toMatchObject([400, errors]);
});

test('a viewer in a rotation is on call for nobody', async () => {
  const vik = await api.user('vik', 'viewer');
  const only = await shift({ ...rolling(), rolling_users: [[vik.id]] });
  expect((await schedule({ shifts: [only.id] })).on_call_now).toEqual([]);
});

test('strangers find neither schedules nor shifts nor swaps', async () => {
  const days = await shift(rolling());
  const made = await schedule({ shifts: [days.id] });
  const stranger = await api.user('stranger', 'admin', await api.organization('Stranger'));
  for (const path of [
    `schedules/${made.id}`,
    `on_call_shifts/${days.id}`,
    `schedules/${made.id}/final_shifts?start_date=2026-03-02&end_date=2026-03-04`,
  ]) {
    expect((await stranger.get(path)).status).toBe(404);
  }
  expect((await stranger.put(`schedules/${made.id}/`, { name: 'x' })).status).toBe(404);
  expect((await stranger.get('schedules/')).body.count).toBe(0);
  expect((await stranger.get('on_call_shifts/')).body.count).toBe(0);
});

test('keys of other types are not looked at, and an unchanged calendar is not fetched again', async () => {
  const calendar = await schedule({ ical_url_primary: null, ical_url_overrides: null, time_zone: 'Europe/Berlin' });
  expect(calendar.ical_url_primary).toBeUndefined();
  const web = await api.admin.post('schedules/', {
    name: 'as the Go client sends it',
    type: 'web',
    team_id: '',
    ical_url_primary: null,
    ical_url_overrides: 5,
    enable_web_overrides: false,
    shifts: null,
    slack: { channel_id: null, user_group_id: null },
  });
  expect(web.status, web.text).toBe(201);
  const url = 'https://calendar.example.net/down.ics';
  const ical = await schedule({ type: 'ical', ical_url_primary: url, time_zone: 'Mars/Base' });
  feeds.set(url, 'Ical download failed');
  expect((await api.admin.put(`schedules/${ical.id}/`, { name: 'renamed', ical_url_primary: url })).body.name).toBe('renamed');
  expect((await api.admin.post('schedules/', { name: 'x', type: 'ical', ical_url_primary: url })).body).toEqual({
    ical_url_primary: ['Ical download failed'],
  });
});

test('the list of a calendar schedule’s shifts can be sent back as it came, overrides and all', async () => {
  const day = await shift({
    name: 'day',
    type: 'recurrent_event',
    start: '2026-03-02T08:00:00',
    duration: 3600,
    frequency: 'daily',
    users: [noor.id],
  });
  const made = await schedule({ time_zone: 'UTC', enable_web_overrides: true, shifts: [day.id] });
  const override = await shift({
    type: 'override',
    start: '2026-03-02T08:00:00',
    duration: 60,
    users: [ivo.id],
    schedule: made.id,
  });
  const listed = (await api.admin.get(`on_call_shifts/?schedule_id=${made.id}`)).body.results.map(
    (row: { id: string }) => row.id,
  );
  expect([...listed].sort()).toEqual([day.id, override.id].sort());
  const sent = await api.admin.put(`schedules/${made.id}/`, { shifts: listed });
  expect([sent.status, sent.headers.warning]).toEqual([200, undefined]);
  expect((await api.admin.get(`on_call_shifts/?schedule_id=${made.id}`)).body.count).toBe(2);
  const other = await schedule({ name: 'other', time_zone: 'UTC' });
  expect((await api.admin.put(`schedules/${other.id}/`, { shifts: [override.id] })).body).toMatchObject({
    detail: 'Shifts of type override are not supported in this schedule',
  });
});

test('shifts are found by whom they name and by their type, and imported calendars are fetched again when asked for', async () => {
  const eve = await api.user('eve', 'editor');
  const alone = await shift({ type: 'single_event', start: '2026-03-02T08:00:00', duration: 60, users: [eve.id] });
  const turns = await shift({ ...rolling(), rolling_users: [[noor.id], [eve.id, ivo.id]] });
  const found = async (query: string) =>
    (await api.admin.get(`on_call_shifts/?${query}`)).body.results.map((row: { id: string }) => row.id);
  expect((await found(`user_id=${eve.id}`)).sort()).toEqual([alone.id, turns.id].sort());
  expect(await found(`user_id=${eve.id}&type=rolling_users`)).toEqual([turns.id]);
  expect((await api.admin.get('on_call_shifts/?type=weekly')).body).toMatchObject({ detail: 'Invalid shift type' });
  const ical = (await api.admin.post('schedules/', { name: 'feed', type: 'ical', ical_url_primary: 'https://x.example/a.ics' }))
    .body;
  await api.db
    .updateTable('schedule_feed')
    .set({ due_at: new Date('2026-03-02T10:00:00Z'), etag: 'known' })
    .where('schedule_id', '=', ical.id)
    .execute();
  expect((await api.admin.post(`schedules/${ical.id}/reload_ical`)).body).toEqual({ calendars: 1 });
  const feed = await api.db
    .selectFrom('schedule_feed')
    .select(['due_at', 'etag'])
    .where('schedule_id', '=', ical.id)
    .executeTakeFirst();
  expect(feed).toEqual({ due_at: api.clock.now(), etag: null });
  expect((await api.admin.post('schedules/SNOTHING/reload_ical')).status).toBe(404);
});

test('a shift that has a name keeps one', async () => {
  const made = await api.admin.post('on_call_shifts/', {
    name: 'dock',
    type: 'single_event',
    start: '2026-03-02T08:00:00',
    duration: 3600,
  });
  const answer = await api.admin.put(`on_call_shifts/${made.body.id}/`, { name: null });
  expect([answer.status, answer.body]).toEqual([400, { name: ['This field may not be null.'] }]);
  expect((await api.admin.get(`on_call_shifts/${made.body.id}/`)).body.name).toBe('dock');
});
