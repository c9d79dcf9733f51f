import { Type } from 'typebox';
import { ROLES } from '../../../access/index.ts';
import { isTimeZone } from '../../../schedules/index.ts';
import { roleField } from '../access/service-accounts.resource.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import { named } from '../conventions/describe.ts';
import { type BodyOf, boolean, custom, Invalid, idList, reference, text } from '../conventions/fields.ts';
import { workingHoursField } from './working-hours.ts';

const timezone = custom(Type.Union([Type.String(), Type.Null()]), (raw) => {
  if (raw === null || raw === '') return null;
  if (typeof raw !== 'string' || !isTimeZone(raw)) throw new Invalid(['Invalid timezone']);
  return raw;
});
const phone = custom(Type.Union([Type.String({ pattern: '^\\+[0-9]{8,15}$' }), Type.Null()]), (raw) => {
  if (raw === null || raw === '') return null;
  if (typeof raw !== 'string' || !/^\+[0-9]{8,15}$/.test(raw)) throw new Invalid(['Use + and 8 to 15 digits.']);
  return raw;
});
const username = custom(Type.String({ maxLength: 100 }), (raw) => {
  const value = typeof raw === 'string' ? raw.trim() : '';
  if (value === '' || value.length > 100 || /\s/.test(value))
    throw new Invalid(['A username has 1 to 100 characters, none of them a space.']);
  return value;
});
const email = custom(Type.String({ maxLength: 254 }), (raw) => {
  const value = typeof raw === 'string' ? raw.trim() : '';
  if (!/^[^\s@]+@[^\s@]+$/.test(value) || value.length > 254) throw new Invalid(['Enter a valid email address.']);
  return value;
});
const avatar = custom(Type.Union([Type.String({ maxLength: 1000 }), Type.Null()]), (raw) => {
  if (raw === null || raw === '') return null;
  const url = typeof raw === 'string' && raw.length <= 1000 && URL.canParse(raw) ? new URL(raw) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Invalid(['Enter a valid URL.']);
  return url.href;
});

/** What can be written of a person (access.md 3.1). */
export const profileFields = {
  username,
  email,
  name: text({ max: 200, blank: true }),
  role: roleField,
  roles: idList(),
  timezone,
  working_hours: workingHoursField,
  current_team_id: reference({ nullable: true, nullWord: true }),
  unverified_phone_number: phone,
  hide_phone_number: boolean(),
  avatar_url: avatar,
  is_active: boolean(),
};
export type ProfileBody = BodyOf<typeof profileFields>;

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
export const ProfileSchema = named(
  'UserProfile',
  Type.Object({
    id: Type.String(),
    grafana_id: Type.Integer(),
    username: Type.String(),
    email: Type.String(),
    unverified_email: Type.Union([Type.String(), Type.Null()], {
      description: 'The address that takes the place of `email` once its owner follows the link that was mailed to it.',
    }),
    name: Type.String(),
    role: Type.Union(ROLES.map((role) => Type.Literal(role))),
    roles: Type.Array(Type.String(), { description: 'Ids of added roles.' }),
    teams: Type.Array(Type.String()),
    timezone: TextOrNull,
    working_hours: workingHoursField.schema,
    current_team_id: TextOrNull,
    unverified_phone_number: TextOrNull,
    verified_phone_number: TextOrNull,
    hide_phone_number: Type.Boolean(),
    avatar_url: TextOrNull,
    may_be_notified: Type.Boolean(),
    is_active: Type.Boolean(),
    state: Type.String({ description: 'active, invited, placeholder or deactivated.' }),
    origin: Type.String(),
    created_at: Type.String(),
  }),
);
export const ProfileBodySchema = Type.Object(
  Object.fromEntries(Object.entries(profileFields).map(([key, field]) => [key, Type.Optional(field.schema)])),
  { title: 'UserProfilePatch' },
);

/** Names and addresses are of one person each. */
export const PROFILE_UNIQUES = {
  users_username_key: fieldErrors({ username: ['A user with this username already exists.'] }),
  users_email_key: fieldErrors({ email: ['A user with this email already exists.'] }),
};
