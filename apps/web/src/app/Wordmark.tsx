/** The product's sign: a bell. */
export function Wordmark({ withName = true }: { withName?: boolean }) {
  return (
    <>
      <svg viewBox="0 0 32 32" className="size-7 shrink-0" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#4453c9" />
        <path
          d="M16 6.2c-4.1 0-6.9 3-6.9 7.2v4.3c0 .7-.2 1.300-.6 1.900l-1 1.500c-.6.9 0 2.100 1.100 2.100h14.800c1.100 0 1.700-1.200 1.100-2.100l-1-1.500c-.4-.6-.6-1.200-.6-1.900v-4.300c0-4.200-2.800-7.200-6.900-7.200z"
          fill="#fff"
        />
        <path d="M13 24.700a3 3 0 0 0 6 0z" fill="#c9d0ff" />
      </svg>
      {withName && <span className="text-[1.21rem] font-semibold tracking-tight max-lg:hidden">Tocsin</span>}
    </>
  );
}
