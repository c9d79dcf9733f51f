import { useMutation, useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { api, errorText, type Integration } from '../../api/index.ts';
import { Button, Dialog, showToast, TextArea } from '../../ui/index.ts';
import { typeQuery } from './queries.ts';

/** What is wrong with a text that is to be a JSON object; null when nothing is. */
function jsonProblem(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? null : 'The payload must be a JSON object.';
  } catch (error) {
    return `This is not JSON: ${errorText(error)}`;
  }
}

/** Sends an example of the type, which may be edited first, through routes and escalation. */
export function DemoAlert({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  const { data: type } = useQuery(typeQuery(integration.type));
  const [edited, setEdited] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const text = edited ?? (type === undefined ? '' : JSON.stringify(type.demo_alert_payload, null, 2));
  const send = useMutation({
    mutationFn: (): Promise<{ alerts: number }> =>
      api.post('/integrations/{id}/send_demo_alert', {
        path: { id: integration.id },
        body: edited === null ? {} : { demo_alert_payload: JSON.parse(edited) as unknown },
      }),
    onSuccess: () => {
      showToast({
        kind: 'done',
        text: 'Demo alert sent',
        detail: 'It goes through routes, escalation and notification like any other.',
      });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const found = edited === null ? null : jsonProblem(edited);
    setProblem(found);
    if (found === null && !send.isPending) send.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Send a demo alert"
      description="People are notified as by a real one."
      width="wide"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="demo" pending={send.isPending}>
            Send
          </Button>
        </>
      }
    >
      <form id="demo" onSubmit={submit}>
        <TextArea
          label="Payload"
          mono
          rows={16}
          spellCheck={false}
          value={text}
          onChange={(value) => {
            setEdited(value);
            setProblem(null);
          }}
          error={problem ?? (send.error === null ? null : errorText(send.error))}
        />
      </form>
    </Dialog>
  );
}
