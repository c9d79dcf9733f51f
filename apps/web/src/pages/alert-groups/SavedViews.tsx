import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BookmarkPlus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { teamsQuery } from '../../api/directory.ts';
import { ApiError, errorText } from '../../api/errors.ts';
import { useCan } from '../../api/session.ts';
import { type SavedView, savedViewsQuery, type Visibility } from '../../features/alert-groups/saved-views.ts';
import { stringifySearch } from '../../lib/search-params.ts';
import { Button, cx, Dialog, IconButton, RadioGroup, Select, showToast, TextField } from '../../ui/index.ts';
import { type ListLook, showColumnsOfView } from './columns.ts';
import { type GroupFilter, parseFilter } from './filter.ts';

const VISIBLE_TO = [
  { value: 'private', label: 'Only me' },
  { value: 'team', label: 'A team' },
  { value: 'organization', label: 'Everybody' },
];

/** What a view keeps as its filters; headings are kept beside them. */
const withoutDrawer = ({ page: _page, group_by: _by, ...filter }: GroupFilter): Omit<GroupFilter, 'page' | 'group_by'> => filter;
/** Filters in one spelling, to compare them. */
const spelled = (filter: GroupFilter): string =>
  stringifySearch(Object.fromEntries(Object.entries({ ...withoutDrawer(filter), group_by: filter.group_by }).sort()));
/** The address that a view stands for. */
const filterOf = (view: SavedView): GroupFilter =>
  parseFilter({ ...view.filters, ...(view.grouping === null ? {} : { group_by: view.grouping }) });

function SaveDialog({ filter, look, onClose }: { filter: GroupFilter; look: ListLook; onClose: () => void }) {
  const client = useQueryClient();
  const teams = useQuery({ ...teamsQuery, enabled: useCan('user-settings:read') }).data ?? [];
  const [name, setName] = useState('');
  const [visibility, setVisibility] = useState<Visibility>('private');
  const [team, setTeam] = useState('');
  const save = useMutation({
    mutationFn: () =>
      api.post<SavedView>('/saved_views', {
        body: {
          name: name.trim(),
          filters: withoutDrawer(filter),
          columns: look.columns,
          grouping: filter.group_by ?? null,
          visibility,
          ...(visibility === 'team' ? { team_id: team || teams[0]?.id } : {}),
        },
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: savedViewsQuery.queryKey });
      showToast({ text: `“${name.trim()}” is kept` });
      onClose();
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <Dialog
      open
      onClose={onClose}
      title="Keep this view"
      description="The filters, columns and headings as they are now, one click away."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            pending={save.isPending}
            disabledReason={name.trim() === '' ? 'Give it a name' : null}
            onClick={() => save.mutate()}
          >
            Keep
          </Button>
        </>
      }
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') save.mutate();
        }}
      >
        <TextField label="Name" autoFocus maxLength={100} value={name} onChange={setName} error={fields.name} />
        <RadioGroup
          label="Who sees it"
          choices={VISIBLE_TO}
          value={visibility}
          onChange={(value) => setVisibility(value as Visibility)}
        />
        {visibility === 'team' && (
          <Select
            label="Team"
            options={teams.map((one) => ({ value: one.id, label: one.name }))}
            value={team || (teams[0]?.id ?? '')}
            onChange={setTeam}
            error={fields.team_id}
          />
        )}
        {save.error !== null && Object.keys(fields).length === 0 && (
          <p role="alert" className="text-danger">
            {errorText(save.error)}
          </p>
        )}
      </form>
    </Dialog>
  );
}

type Props = { filter: GroupFilter; look: ListLook; onOpen: (filter: GroupFilter) => void };

/** Views that the person, a team or everybody keeps, as one click each (web-ui.md 5.2). */
export function SavedViews({ filter, look, onOpen }: Props) {
  const client = useQueryClient();
  const [saving, setSaving] = useState(false);
  const { data: views = [] } = useQuery(savedViewsQuery);
  const now = spelled(filter);
  const remove = useMutation({
    mutationFn: (view: SavedView) => api.delete('/saved_views/{id}', { path: { id: view.id } }),
    onSuccess: (_nothing, { name, filters, columns, grouping, visibility, team_id }) => {
      void client.invalidateQueries({ queryKey: savedViewsQuery.queryKey });
      const again = { name, filters, columns, grouping, visibility, ...(team_id === null ? {} : { team_id }) };
      showToast({
        text: `“${name}” is no longer kept`,
        action: {
          label: 'Undo',
          run: () =>
            api
              .post('/saved_views', { body: again })
              .then(() => client.invalidateQueries({ queryKey: savedViewsQuery.queryKey })),
        },
      });
    },
    onError: (error) => showToast({ kind: 'failed', text: 'Could not be removed', detail: errorText(error) }),
  });
  const active = views.find((view) => spelled(filterOf(view)) === now);
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {views.length > 0 && (
        <ul aria-label="Kept views" className="flex flex-wrap gap-1.5">
          {views.map((view) => (
            <li key={view.id}>
              <Button
                size="small"
                aria-pressed={view === active}
                className={cx(view === active && 'border-accent! bg-accent-soft! text-accent!')}
                onClick={() => {
                  showColumnsOfView(view.columns);
                  onOpen(filterOf(view));
                }}
              >
                {view.name}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {active?.is_own === true && (
        <IconButton
          label={`Stop keeping the view ${active.name}`}
          size="small"
          icon={<Trash2 className="size-4" aria-hidden />}
          onClick={() => remove.mutate(active)}
        />
      )}
      {active === undefined && now !== '' && (
        <Button kind="quiet" size="small" icon={<BookmarkPlus className="size-4" aria-hidden />} onClick={() => setSaving(true)}>
          Keep this view
        </Button>
      )}
      {saving && <SaveDialog filter={filter} look={look} onClose={() => setSaving(false)} />}
    </div>
  );
}
