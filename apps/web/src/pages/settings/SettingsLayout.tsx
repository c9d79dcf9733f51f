import { Link, Outlet } from '@tanstack/react-router';
import { useSession } from '../../api/index.ts';
import { SETTINGS } from './sections.ts';

/** The sections beside each other; on phones above. */
export function SettingsLayout() {
  const { permissions } = useSession();
  const sections = SETTINGS.filter(({ permission }) => permissions.includes(permission));
  return (
    <div className="lg:flex">
      <nav aria-label="Settings" className="no-print shrink-0 px-4 pt-4 sm:px-6 lg:w-52 lg:pr-0">
        <ul className="flex gap-1 overflow-x-auto lg:flex-col">
          {sections.map(({ path, label }) => (
            <li key={path}>
              <Link
                to={path}
                className="block rounded-md px-3 py-1.5 whitespace-nowrap text-muted hover:bg-hover hover:text-text pointer-coarse:py-3"
                activeProps={{ className: 'bg-accent-soft! text-accent! font-medium' }}
                activeOptions={{ includeSearch: false }}
              >
                {label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-w-0 flex-1">
        <Outlet />
      </div>
    </div>
  );
}
