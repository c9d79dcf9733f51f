/** Most characters of a template, of what it renders to, and of a rendered title; what is longer is refused or cut (templates.md B-4). */
export type Lengths = { readonly template: number; readonly result: number; readonly title: number };

/** What holds until the settings say otherwise. */
export const DEFAULT_LENGTHS: Lengths = { template: 50_000, result: 50_000, title: 500 };
