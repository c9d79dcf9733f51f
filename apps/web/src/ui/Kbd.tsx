/** A key to press. */
export function Kbd({ children }: { children: string }) {
  return (
    <kbd className="inline-flex min-w-5 items-center justify-center rounded border border-line bg-sunken px-1 font-sans text-[0.8rem] leading-5 text-muted">
      {children}
    </kbd>
  );
}
