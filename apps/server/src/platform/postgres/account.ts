import { readFileSync, statSync } from 'node:fs';

/** A user that PostgreSQL runs as. */
export type Account = { uid: number; gid: number; name: string };

/** Whom to ask for first: its own user, then the one of a system's PostgreSQL, then the one that owns nothing. */
const NAMES = ['tocsin', 'postgres', 'nobody'];

function readPasswd(): Account[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [name, , uid, gid] = line.split(':');
      return name === undefined || uid === undefined || gid === undefined ? [] : [{ name, uid: Number(uid), gid: Number(gid) }];
    });
}

/**
 * Whom PostgreSQL is to run as, null for the user that runs this process. PostgreSQL refuses to be root, so a server that is root
 * takes the owner of data that is there already, or else an unprivileged user of this machine.
 */
export function chooseAccount(clusterFolder: string): Account | null {
  if (process.geteuid?.() !== 0) return null;
  const owner = statSync(clusterFolder, { throwIfNoEntry: false });
  const accounts = readPasswd();
  if (owner !== undefined && owner.uid !== 0) {
    const known = accounts.find((account) => account.uid === owner.uid);
    return known ?? { uid: owner.uid, gid: owner.gid, name: String(owner.uid) };
  }
  for (const name of NAMES) {
    const account = accounts.find((candidate) => candidate.name === name && candidate.uid !== 0);
    if (account !== undefined) return account;
  }
  throw new Error(
    `PostgreSQL refuses to run as root and this machine has no user named ${NAMES.join(', ')}: add one, or set DATABASE_URL`,
  );
}
