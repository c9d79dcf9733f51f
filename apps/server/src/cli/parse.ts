import { parseArgs } from 'node:util';
import type { Role } from '../access/index.ts';
import { UsageError } from './usage.ts';

export const PROCESS_ROLES = ['all', 'web', 'worker'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

/** Named here once more, so that a command line is read without loading the program; the type holds the two together. */
const ROLES = Object.keys({ admin: true, editor: true, viewer: true, none: true } satisfies Record<Role, true>) as Role[];

export type Command =
  | { run: 'help' }
  | { run: 'version' }
  | { run: 'serve'; role: ProcessRole; setup: boolean }
  | { run: 'migrate' }
  | { run: 'openapi' }
  | { run: 'keys rotate' }
  | {
      run: 'user create';
      username: string;
      email: string;
      role: Role;
      name: string;
      passwordFromStdin: boolean;
      organization: string | null;
    }
  | { run: 'token create'; user: string | null; name: string | null; organization: string | null }
  | {
      run: 'admin reset-password';
      user: string | null;
      passwordFromStdin: boolean;
      removeSecondFactor: boolean;
      organization: string | null;
    }
  | { run: 'admin enable-password-login'; organization: string | null };

type Values = Record<string, string | boolean | undefined>;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

function read(args: string[], options: Record<string, typeof text | typeof flag>): Values {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (err) {
    throw new UsageError(err instanceof Error ? err.message : String(err), { cause: err });
  }
}

const given = (values: Values, name: string): string | null => {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

function required(values: Values, name: string): string {
  const value = given(values, name);
  if (value === null) throw new UsageError(`--${name} is missing`);
  return value;
}

function oneOf<T extends string>(values: Values, name: string, allowed: readonly T[], otherwise: T): T {
  const value = given(values, name);
  if (value === null) return otherwise;
  const found = allowed.find((candidate) => candidate === value.toLowerCase());
  if (found === undefined) throw new UsageError(`--${name} must be one of ${allowed.join(', ')}, got ${JSON.stringify(value)}`);
  return found;
}

/** @throws UsageError */
export function parseCommand(argv: readonly string[]): Command {
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h') || argv[0] === 'help') return { run: 'help' };
  if (argv[0] === '--version' || argv[0] === 'version') return { run: 'version' };
  const [first = '', second = '', ...rest] = argv;
  if (first === 'serve') {
    const values = read(argv.slice(1), { role: text, setup: flag });
    return { run: 'serve', role: oneOf(values, 'role', PROCESS_ROLES, 'all'), setup: values.setup === true };
  }
  if (first === 'migrate') {
    read(argv.slice(1), {});
    return { run: 'migrate' };
  }
  if (first === 'openapi') {
    read(argv.slice(1), {});
    return { run: 'openapi' };
  }
  if (first === 'keys' && second === 'rotate') {
    read(rest, {});
    return { run: 'keys rotate' };
  }
  if ((first === 'user' || first === 'admin') && second === 'create') {
    const values = read(rest, {
      username: text,
      email: text,
      ...(first === 'admin' ? {} : { role: text }),
      name: text,
      'password-stdin': flag,
      organization: text,
    });
    return {
      run: 'user create',
      username: required(values, 'username'),
      email: required(values, 'email'),
      role: first === 'admin' ? 'admin' : oneOf(values, 'role', ROLES, 'editor'),
      name: given(values, 'name') ?? '',
      passwordFromStdin: values['password-stdin'] === true,
      organization: given(values, 'organization'),
    };
  }
  if (first === 'admin' && second === 'reset-password') {
    const values = read(rest, { user: text, 'password-stdin': flag, 'remove-second-factor': flag, organization: text });
    return {
      run: 'admin reset-password',
      user: given(values, 'user'),
      passwordFromStdin: values['password-stdin'] === true,
      removeSecondFactor: values['remove-second-factor'] === true,
      organization: given(values, 'organization'),
    };
  }
  if (first === 'admin' && second === 'enable-password-login') {
    return { run: 'admin enable-password-login', organization: given(read(rest, { organization: text }), 'organization') };
  }
  if (first === 'token' && second === 'create') {
    const values = read(rest, { user: text, name: text, organization: text });
    return {
      run: 'token create',
      user: given(values, 'user'),
      name: given(values, 'name'),
      organization: given(values, 'organization'),
    };
  }
  throw new UsageError(`There is no command ${JSON.stringify([first, second].filter((part) => part !== '').join(' '))}`);
}
