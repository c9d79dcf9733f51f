import { type QueryClient, queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { api, setCsrfToken, setReadOnly } from './client.ts';
import { ApiError } from './errors.ts';
import { forgetOfflineReading } from './offline.ts';
import type { Session, SignedOut, SignInMethods } from './schema.js';

export type { Session };

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session> => {
    const session = await api.get<Session>('/auth/session');
    setCsrfToken(session.csrf_token);
    setReadOnly(
      session.viewing_as === null
        ? null
        : `You are viewing as ${session.viewing_as.name}: nothing can be changed until you stop.`,
    );
    return session;
  },
  staleTime: Number.POSITIVE_INFINITY,
  retry: (count, error) => (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) && count < 3,
});

export const methodsQuery = queryOptions({
  queryKey: ['auth-methods'],
  queryFn: (): Promise<SignInMethods> => api.get('/auth/methods'),
  staleTime: 60_000,
});

/** The session of a page behind the sign-in. */
export const useSession = (): Session => useSuspenseQuery(sessionQuery).data;

/** Whether the person may do something, such as `alert-groups:write`. */
export const useCan = (permission: string): boolean => useSession().permissions.includes(permission);

/** Why the person may not do something, for `disabledReason`; null when they may. */
export function useForbidden(permission: string): string | null {
  return useCan(permission) ? null : `You need the permission “${permission}”. Ask an administrator.`;
}

export type Credentials = { login: string; password: string; totp?: string; passkey?: unknown; remember?: boolean };

/** @throws ApiError with code `bad_credentials`, `totp_required` or `throttled` */
export const signIn = (credentials: Credentials): Promise<unknown> => api.post('/auth/login', { body: credentials });

/** Ends the session, at the provider that it began at, too, and forgets everything that was read with it. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    const signedOut = await api.post<SignedOut | null>('/auth/logout');
    await forgetSession(client);
    location.assign(signedOut?.end_session_url ?? '/login');
  };
}

/** Has the product look as it does to a role, reading only. Everything is read anew, for nothing of before may show. */
export async function startViewingAs(role: string): Promise<void> {
  await api.put('/auth/view_as', { body: { role } });
  await forgetOfflineReading();
  location.assign('/');
}

/** Gives the person their own rights back, on the page where they are. */
export async function stopViewingAs(): Promise<void> {
  await api.delete('/auth/view_as');
  await forgetOfflineReading();
  location.reload();
}

async function forgetSession(client: QueryClient): Promise<void> {
  setCsrfToken(null);
  client.clear();
  await forgetOfflineReading();
}
