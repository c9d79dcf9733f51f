import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, api, errorText, type Schedule, useForbidden } from '../../api/index.ts';
import { Button, CopyField, Dialog, Time } from '../../ui/index.ts';

type Shown = { created_at: string; revoked_at: string | null; active: boolean };

/** The address under which calendar programs subscribe to a schedule. */
export function ExportDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const client = useQueryClient();
  const forbidden = useForbidden('schedules:export');
  const path = { id: schedule.id };
  const queryKey = ['schedules', 'one', schedule.id, 'export'];
  const { data: known } = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<Shown | null> => {
      try {
        return await api.get<Shown>('/schedules/{id}/export_token', { path, signal });
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null; // there is none yet
        throw error;
      }
    },
    enabled: forbidden === null,
  });
  const create = useMutation({
    mutationFn: (): Promise<{ export_url: string }> => api.post('/schedules/{id}/export_token', { path }),
    onSuccess: () => client.invalidateQueries({ queryKey }),
  });
  const revoke = useMutation({
    mutationFn: () => api.delete('/schedules/{id}/export_token', { path }),
    onSuccess: async () => {
      create.reset();
      await client.invalidateQueries({ queryKey });
    },
  });
  const failed = create.error ?? revoke.error;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Calendar link"
      description="For your calendar program. Whoever has the link can read the schedule."
      width="medium"
      footer={<Button onClick={onClose}>Close</Button>}
    >
      <div className="space-y-3">
        {create.data !== undefined && (
          <>
            <CopyField text={create.data.export_url} label="calendar link" multiline />
            <p className="text-muted">It is shown this once.</p>
          </>
        )}
        {known?.active === true ? (
          <>
            <p>
              You made a link <Time value={known.created_at} />.
            </p>
            <Button kind="danger" pending={revoke.isPending} onClick={() => revoke.mutate()}>
              Revoke the link
            </Button>
          </>
        ) : (
          <Button kind="primary" disabledReason={forbidden} pending={create.isPending} onClick={() => create.mutate()}>
            Make a link
          </Button>
        )}
        {failed !== null && (
          <p role="alert" className="text-danger">
            {errorText(failed)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
