import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/index.ts';
import { useGuardedForm } from '../../features/conflict/use-guarded-form.tsx';
import { Button, Dialog, RadioGroup, showToast, TextField } from '../../ui/index.ts';
import { type LiveSetting, liveSettingsQuery, valueText } from './live-settings.ts';

/** Sets one setting of the server. A value that is wrong is kept with its error, and does not count. */
export function LiveSettingDialog({ setting, onClose }: { setting: LiveSetting; onClose: () => void }) {
  const client = useQueryClient();
  const isFlag = typeof setting.default_value === 'boolean';
  const isNumber = typeof setting.default_value === 'number';
  const [text, setText] = useState(setting.value === null || setting.value === undefined ? '' : String(setting.value));
  const value = isFlag ? text === 'true' : isNumber && /^\d+$/.test(text.trim()) ? Number(text) : text.trim();
  const { submit, isPending, fields, problems } = useGuardedForm<LiveSetting>({
    path: '/live_settings/{id}',
    object: setting,
    mine: { value },
    send: (headers) => api.put('/live_settings/{id}', { path: { id: setting.id }, body: { value }, headers }),
    stale: liveSettingsQuery.queryKey,
    onSaved: async (saved) => {
      await client.invalidateQueries({ queryKey: ['session'] });
      if (saved.error === null) showToast({ kind: 'done', text: `Set ${saved.name}` });
      else showToast({ kind: 'failed', text: `${saved.name} does not count`, detail: saved.error });
      onClose();
    },
    onClose,
    names: { value: 'Value' },
    show: (_field, shown) => valueText(shown),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={setting.name}
      description={setting.description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="live-setting" pending={isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id="live-setting" onSubmit={submit} className="space-y-4" noValidate>
        {isFlag ? (
          <RadioGroup
            label="Value"
            value={text}
            onChange={setText}
            choices={[
              { value: 'true', label: 'Yes' },
              { value: 'false', label: 'No' },
            ]}
          />
        ) : (
          <TextField
            label="Value"
            autoFocus
            value={text}
            onChange={setText}
            error={fields.value}
            {...(isNumber ? { inputMode: 'numeric' as const } : {})}
            {...(setting.is_secret ? { hint: 'Of the stored value the end is shown; type a new one over it.' } : {})}
          />
        )}
        {problems}
      </form>
    </Dialog>
  );
}
