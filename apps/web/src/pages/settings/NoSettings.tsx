import { EmptyState, Page } from '../../ui/index.ts';

/** For people who may see none of the settings. */
export function NoSettings() {
  return (
    <Page title="Settings">
      <EmptyState title="There is nothing here for you">
        Your role does not reach any of the organization’s settings. An administrator can give you one that does.
      </EmptyState>
    </Page>
  );
}
