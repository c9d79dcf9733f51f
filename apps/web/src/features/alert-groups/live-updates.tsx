import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { onStreamEvent } from '../../api/stream.ts';
import { createGroupRefresher } from './refresh.ts';

/** Reads alert groups anew as the server tells of changes, wherever they are shown. */
export function GroupsLiveUpdates() {
  const client = useQueryClient();
  useEffect(() => {
    const refresher = createGroupRefresher(client);
    const off = onStreamEvent(({ type, id }) => {
      if (type.startsWith('alert_group.')) refresher.changed(id);
    });
    return () => {
      off();
      refresher.stop();
    };
  }, [client]);
  return null;
}
