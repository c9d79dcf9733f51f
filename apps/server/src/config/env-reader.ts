import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `${problems.length} problem${problems.length === 1 ? '' : 's'} in the settings:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Reads variables and collects what is wrong with them. An empty variable counts as unset. */
export class EnvReader {
  readonly #env: Environment;
  readonly #problems: string[] = [];
  readonly #known = new Set<string>();

  constructor(env: Environment) {
    this.#env = env;
  }

  problem(line: string): void {
    if (!this.#problems.includes(line)) this.#problems.push(line); // what is read twice is told once
  }

  throwIfAnyProblem(): void {
    for (const name of Object.keys(this.#env)) {
      if (name.startsWith('TOCSIN_') && !this.#known.has(name)) this.problem(`${name} is not a setting of Tocsin`);
    }
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  /** Matches of the names that are set, in their alphabetical order. */
  names(pattern: RegExp): RegExpExecArray[] {
    return Object.keys(this.#env)
      .sort()
      .map((name) => pattern.exec(name))
      .filter((match) => match !== null)
      .filter(([name]) => this.optional(name) !== null);
  }

  optional(name: string): string | null {
    this.#known.add(name);
    const value = this.#env[name]?.trim();
    return value === undefined || value === '' ? null : value;
  }

  string(name: string, otherwise: string): string {
    return this.optional(name) ?? otherwise;
  }

  /** The variable itself, or the content of the file that `<name>_FILE` names. */
  secret(name: string): string | null {
    const value = this.optional(name);
    const file = this.optional(`${name}_FILE`);
    if (file === null) return value;
    if (value !== null) {
      this.problem(`${name} and ${name}_FILE are both set`);
      return value;
    }
    try {
      const content = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      if (content === '') this.problem(`${name}_FILE: ${file} is empty`);
      return content === '' ? null : content;
    } catch (err) {
      this.problem(`${name}_FILE: ${file} cannot be read (${(err as NodeJS.ErrnoException).code})`);
      return null;
    }
  }

  integer(name: string, otherwise: number, range: { min: number; max: number }): number {
    const text = this.optional(name);
    if (text === null) return otherwise;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= range.min && value <= range.max) return value;
    this.problem(`${name} must be a whole number from ${range.min} to ${range.max}, got ${JSON.stringify(text)}`);
    return otherwise;
  }

  number(name: string, otherwise: number, range: { min: number; max: number }): number {
    const text = this.optional(name);
    if (text === null) return otherwise;
    const value = Number(text);
    if (Number.isFinite(value) && value >= range.min && value <= range.max) return value;
    this.problem(`${name} must be a number from ${range.min} to ${range.max}, got ${JSON.stringify(text)}`);
    return otherwise;
  }

  boolean(name: string, otherwise: boolean): boolean {
    const text = this.optional(name);
    if (text === null) return otherwise;
    if (/^(1|true|t|yes|y|on)$/i.test(text)) return true;
    if (/^(0|false|f|no|n|off)$/i.test(text)) return false;
    this.problem(`${name} must be true or false, got ${JSON.stringify(text)}`);
    return otherwise;
  }

  oneOf<T extends string>(name: string, values: readonly T[], otherwise: T): T {
    const text = this.optional(name);
    if (text === null) return otherwise;
    const value = values.find((candidate) => candidate === text.toLowerCase());
    if (value !== undefined) return value;
    this.problem(`${name} must be one of ${values.join(', ')}, got ${JSON.stringify(text)}`);
    return otherwise;
  }

  /** An http or https address, without slashes at its end; null when unset. */
  url(name: string): string | null {
    const text = this.optional(name);
    if (text === null) return null;
    if (/^https?:\/\/[^/]/i.test(text) && URL.canParse(text)) {
      const url = new URL(text);
      if (url.search === '' && url.hash === '' && url.username === '') return text.replace(/\/+$/, '');
    }
    this.problem(`${name} must be an address like https://tocsin.example.com, got ${JSON.stringify(text)}`);
    return null;
  }

  /** An http or https address of any form, which may hold a secret; null when unset. */
  target(name: string): string | null {
    const text = this.optional(name);
    if (text === null || (/^https?:\/\/[^/]/i.test(text) && URL.canParse(text))) return text;
    this.problem(`${name} must be an http or https address`);
    return null;
  }

  /** Parts between commas or blanks. */
  list(name: string): string[] {
    return (this.optional(name) ?? '').split(/[\s,]+/).filter((part) => part !== '');
  }
}
