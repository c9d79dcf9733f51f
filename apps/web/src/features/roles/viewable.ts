import type { Role } from './roles-query.ts';

/** Basic roles that say something to an admin who looks as they do. */
const BASIC = [
  { id: 'basic:editor', name: 'Editor' },
  { id: 'basic:viewer', name: 'Viewer' },
  { id: 'basic:none', name: 'None' },
] as const;

/** Roles that the product can be viewed as: the basic ones, then the others. Names of fixed ones say that they stand alone. */
export const viewableRoles = (roles: readonly Role[]): { id: string; name: string; group: 'Basic' | 'Fixed' | 'Custom' }[] => [
  ...BASIC.map((role) => ({ ...role, group: 'Basic' as const })),
  ...roles.map(({ id, name, is_fixed: isFixed }) => ({ id, name, group: isFixed ? ('Fixed' as const) : ('Custom' as const) })),
];
