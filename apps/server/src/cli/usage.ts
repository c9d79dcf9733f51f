export const USAGE = `Usage: tocsin <command> [options]

Commands
  serve                 run the server
    --role ROLE           all (default), web (HTTP only) or worker (alerts, escalation, notifications);
                          web and worker need DATABASE_URL
    --setup               migrate first, and on an empty database create the organization and its first admin
  migrate               bring the database up to date
  user create           add a user; prints a one-time password unless one is given
    --username NAME       required
    --email ADDRESS       required
    --role ROLE           admin, editor (default), viewer or none
    --name NAME           as shown to people
    --password-stdin      read the password from standard input
    --organization ID     needed when there are several
  admin create          the same with --role admin
  admin reset-password  set a new password and end all sessions; prints a one-time password unless one is given
    --user LOGIN          username or e-mail address; the only active admin when left out
    --password-stdin      read the password from standard input
    --remove-second-factor  forget the person's one-time codes and passkeys, too
    --organization ID     needed when there are several
  admin enable-password-login
                        let people sign in by password again, when single sign-on fails
    --organization ID     needed when there are several
  token create          make an API token; prints the token alone
    --user LOGIN          username or e-mail address; the only active admin when left out
    --name NAME           what the token is for (default: command line)
    --organization ID     needed when there are several
  openapi               print the description of the API (OpenAPI 3.1, JSON); needs no database
  keys rotate           encrypt every stored secret anew under the first key of TOCSIN_ENCRYPTION_KEYS

  --help, -h            this text
  --version             the version

Settings come from the environment; the commands work while the server runs.
DATABASE_URL (default: a PostgreSQL of its own in DATA_DIR), DATA_DIR (./data), PORT (8080), BASE_URL, SECRET_KEY,
EMAIL_HOST and the other settings: docs/operations.md.
`;

/** A command line that cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}
