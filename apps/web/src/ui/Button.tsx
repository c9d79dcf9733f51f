import { LoaderCircle } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { cx } from './class-names.ts';
import { Tooltip } from './Tooltip.tsx';

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';
export type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> & {
  kind?: ButtonKind;
  size?: 'small' | 'medium' | 'large';
  icon?: ReactNode;
  /** Shows that it works and takes no further clicks; the width stays. */
  pending?: boolean;
  /** Why it cannot act: it stays focusable, does nothing, and says this. */
  disabledReason?: string | null | undefined;
  ref?: Ref<HTMLButtonElement>;
};

const KINDS: Record<ButtonKind, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'bg-surface text-text border border-line hover:bg-hover shadow-card',
  quiet: 'text-text hover:bg-hover',
  danger: 'bg-danger text-on-danger hover:brightness-110',
};
const SIZES = {
  small: 'h-7 px-2 text-[0.93rem] gap-1.5 pointer-coarse:min-h-10',
  medium: 'h-9 px-3 gap-2 pointer-coarse:min-h-11',
  large: 'h-11 px-4 gap-2 text-base',
};

export const buttonClasses = (kind: ButtonKind = 'secondary', size: keyof typeof SIZES = 'medium'): string =>
  cx(
    'inline-flex shrink-0 items-center justify-center rounded-md font-medium whitespace-nowrap select-none transition-colors',
    KINDS[kind],
    SIZES[size],
  );

/** A button. One that cannot act says why instead of being silently grey. */
export function Button({
  kind = 'secondary',
  size = 'medium',
  icon,
  pending = false,
  disabledReason,
  className,
  children,
  onClick,
  ref,
  ...rest
}: ButtonProps) {
  const off = pending || (disabledReason !== null && disabledReason !== undefined);
  const button = (
    <button
      ref={ref}
      type="button"
      {...rest}
      aria-disabled={off || undefined}
      aria-busy={pending || undefined}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.(event);
      }}
      className={cx(
        buttonClasses(kind, size),
        off && 'cursor-not-allowed!',
        off && !pending && 'opacity-55 saturate-50',
        className,
      )}
    >
      {pending ? <LoaderCircle className="size-4 animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  );
  return disabledReason ? <Tooltip text={disabledReason}>{button}</Tooltip> : button;
}

/** A button that is only an icon. `label` names it and is its tooltip. */
export function IconButton({
  label,
  icon,
  size = 'medium',
  className,
  ...rest
}: Omit<ButtonProps, 'children'> & { label: string }) {
  const square = { small: 'w-7 pointer-coarse:min-w-10', medium: 'w-9 pointer-coarse:min-w-11', large: 'w-11' }[size];
  const button = (
    <Button
      kind="quiet"
      aria-label={label}
      size={size}
      className={cx(square, 'px-0! text-muted hover:text-text', className)}
      {...rest}
    >
      {icon}
    </Button>
  );
  return rest.disabledReason ? button : <Tooltip text={label}>{button}</Tooltip>;
}
