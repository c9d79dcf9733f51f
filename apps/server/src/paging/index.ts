export { type PagedTeam, removeDirectPaging, teamsToBePaged } from './direct-integration.ts';
export { type AddRefusal, type NewPage, openPage, type PagedUser, type PageWarning, pageForGroup } from './page.ts';
export { PAGING_CRON, syncDirectPaging, syncPaging } from './sync.job.ts';
