import { Link } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';
import { buttonClasses, EmptyState, Page } from '../../ui/index.ts';

/** Says what reaches chats as long as none is connected. */
export function ChatPage() {
  return (
    <Page title="Chat">
      <div className="rounded-lg border border-line bg-surface shadow-card">
        <EmptyState
          icon={<MessagesSquare />}
          title="No chat is connected"
          actions={
            <>
              <Link to="/outgoing_webhooks" search={{}} className={buttonClasses('primary')}>
                Outgoing webhooks
              </Link>
              <Link to="/users/$id" params={{ id: 'me' }} search={{ tab: 'rules' }} className={buttonClasses('secondary')}>
                How you are notified
              </Link>
            </>
          }
        >
          This server has no Slack, Telegram, Mattermost or Microsoft Teams of its own. Alert groups get into a channel by an
          outgoing webhook to its incoming one, and pages to a person by their personal webhook.
        </EmptyState>
      </div>
    </Page>
  );
}
