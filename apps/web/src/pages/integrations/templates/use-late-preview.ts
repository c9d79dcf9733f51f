import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, errorText } from '../../../api/index.ts';

const WAIT_MS = 300;
/** How the API words a template that failed; the text stands where the result would. */
const ERROR = /^Template (?:Error|Warning):/;

type Answer = { preview: string | null; is_truthy?: boolean; is_valid_json_object?: boolean };
type Preview = { text: string; error: string | null; verdict: boolean | null; isJsonObject: boolean | null; isPending: boolean };

/** What a draft makes of a payload, shortly after the last key. */
export function useLatePreview(request: {
  id: string;
  name: string;
  body: string;
  payload: unknown;
  isBroken: boolean;
}): Preview {
  const { id, name, isBroken } = request;
  const wanted = JSON.stringify({ template_name: name, template_body: request.body, payload: request.payload });
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(wanted), WAIT_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const { data, error, isFetching } = useQuery({
    queryKey: ['template-preview', id, asked],
    queryFn: ({ signal }): Promise<Answer> =>
      api.post('/integrations/{id}/preview_template', { path: { id }, body: JSON.parse(asked) as unknown, signal }),
    enabled: !isBroken,
    placeholderData: (previous) => previous,
    staleTime: 60_000,
  });
  const text = error === null ? (data?.preview ?? '') : errorText(error);
  const failed = error !== null || ERROR.test(text);
  return {
    text,
    error: failed ? text : null,
    verdict: failed ? null : (data?.is_truthy ?? null),
    isJsonObject: failed ? null : (data?.is_valid_json_object ?? null),
    isPending: isFetching,
  };
}
