import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { useSession } from '../../api/session.ts';
import { onStreamEvent, readStreamState, subscribeStreamState } from '../../api/stream.ts';
import { Avatar, Tooltip } from '../../ui/index.ts';

const TELL_MS = 30_000;
/** Whoever is silent for this long has gone. */
const GONE_MS = 75_000;
const MOST_SHOWN = 4;

type Told = { is_new?: boolean; is_over?: boolean };
type Viewer = { id: string; name: string; until: number };

const tell = (id: string, what: Told): void => {
  api.post('/alert_groups/{id}/presence', { path: { id }, body: what }).catch((error: unknown) => {
    // Being seen is a courtesy: without a connection nobody is told.
    if (!(error instanceof ApiError)) throw error;
  });
};

/** Tells others that this page looks at an alert group, and who else does. */
function useViewers(id: string): readonly Viewer[] {
  const me = useSession().user.id;
  const [viewers, setViewers] = useState<readonly Viewer[]>([]);
  useEffect(() => {
    const without = (all: readonly Viewer[], now: number, gone?: string) =>
      all.some((one) => one.until < now || one.id === gone) ? all.filter((one) => one.until >= now && one.id !== gone) : all;
    const off = onStreamEvent(({ type, id: of, data }) => {
      const user = data.user as { id: string; name: string } | undefined;
      if (type !== 'presence' || of !== id || user === undefined || user.id === me) return;
      const now = Date.now();
      if (data.is_over === true) return setViewers((all) => without(all, now, user.id));
      if (data.is_new === true && document.visibilityState === 'visible') tell(id, {});
      setViewers((all) => [...without(all, now).filter((one) => one.id !== user.id), { ...user, until: now + GONE_MS }]);
    });
    const again = () => {
      if (document.visibilityState === 'visible') tell(id, {});
      setViewers((all) => without(all, Date.now()));
    };
    const seen = () => tell(id, document.visibilityState === 'visible' ? { is_new: true } : { is_over: true });
    // Answers come over the stream, so nobody is asked before it is there; after a break they are asked again.
    let wasLive = false;
    const ask = () => {
      const isLive = readStreamState() === 'live';
      if (isLive && !wasLive) seen();
      wasLive = isLive;
    };
    ask();
    const offState = subscribeStreamState(ask);
    const timer = setInterval(again, TELL_MS);
    document.addEventListener('visibilitychange', seen);
    return () => {
      off();
      offState();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      setViewers([]);
      tell(id, { is_over: true });
    };
  }, [id, me]);
  return viewers;
}

/** Who else looks at the alert group now. */
export function Viewers({ groupId }: { groupId: string }) {
  const viewers = useViewers(groupId);
  return (
    <span role="status" aria-label="Also here" className="flex items-center -space-x-1.5">
      {viewers.slice(0, MOST_SHOWN).map(({ id, name }) => (
        <Tooltip key={id} text={`${name} is viewing`}>
          <span>
            <Avatar id={id} name={name} label={`${name} is viewing`} />
          </span>
        </Tooltip>
      ))}
      {viewers.length > MOST_SHOWN && <span className="pl-3 text-muted">+{viewers.length - MOST_SHOWN}</span>}
    </span>
  );
}
