import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/errors.ts';

const MOST_RETRIES = 3;

/** Only what may pass by itself is tried again: no answer, and errors of the server. */
const mayPass = (error: unknown): boolean => !(error instanceof ApiError) || error.status === 0 || error.status >= 500;

/** Cache then revalidate: what was read within 30 s is shown at once and not asked for again; events tell of changes earlier. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { staleTime: 30_000, gcTime: 600_000, retry: (count, error) => mayPass(error) && count < MOST_RETRIES },
      mutations: { retry: false },
    },
  });
