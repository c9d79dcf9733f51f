/** A user as far as calendars care. */
export type Person = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  /** False for deleted and deactivated users. */
  readonly active: boolean;
  /** Whether role or permissions allow notifying them; false for viewers. */
  readonly notifiable: boolean;
};

/** Users by id, and active users by the names that calendars call them. */
export type Directory = {
  readonly byId: ReadonlyMap<string, Person>;
  /** Keys are usernames and e-mails in lower case; several people may share an e-mail. */
  readonly byName: ReadonlyMap<string, readonly Person[]>;
};

export function createDirectory(people: Iterable<Person>): Directory {
  const byId = new Map<string, Person>();
  const byName = new Map<string, Person[]>();
  for (const person of people) {
    byId.set(person.id, person);
    if (!person.active) continue;
    for (const name of new Set([person.username.toLowerCase(), (person.email ?? '').toLowerCase()])) {
      if (name === '') continue;
      const sharing = byName.get(name);
      if (sharing === undefined) byName.set(name, [person]);
      else sharing.push(person);
    }
  }
  return { byId, byName };
}

/** Users who count, and the names of those who do not. */
export type Attendance = { readonly users: readonly string[]; readonly missing: readonly string[] };

/** What stands for a user of a rotation who is gone. */
export const MISSING_USER = '(missing)';

/** Sorts ids of a rotation: active and notifiable users count, others are missing under their username. */
export function attendanceOfIds(directory: Directory, ids: readonly string[]): Attendance {
  const users: string[] = [];
  const missing: string[] = [];
  for (const id of new Set(ids)) {
    const person = directory.byId.get(id);
    if (person === undefined || !person.active) missing.push(MISSING_USER);
    else if (person.notifiable) users.push(id);
    else missing.push(person.username);
  }
  return { users, missing };
}

/** Sorts names of an imported event; a name that matches nobody is missing as it was written. */
export function attendanceOfNames(directory: Directory, names: readonly string[]): Attendance {
  const users = new Set<string>();
  const missing = new Set<string>();
  for (const name of names) {
    const people = directory.byName.get(name.toLowerCase()) ?? [];
    if (people.length === 0) missing.add(name);
    for (const person of people) {
      if (person.notifiable) users.add(person.id);
      else missing.add(person.username);
    }
  }
  return { users: [...users], missing: [...missing] };
}
