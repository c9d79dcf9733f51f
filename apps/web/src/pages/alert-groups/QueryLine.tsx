import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import type { Query } from '../../api/client.ts';
import { Button, cx, TextField } from '../../ui/index.ts';
import type { GroupFilter } from './filter.ts';
import { type Choices, readQueryText, suggest, toQueryText } from './query-text.ts';
import { facetsQuery, useChoices } from './use-choices.ts';

type Props = { filter: GroupFilter; query: Query; onApply: (filter: GroupFilter) => void; onClose: () => void };

function Line({ filter, query, choices, onApply, onClose }: Props & { choices: Choices }) {
  const [text, setText] = useState(() => toQueryText(filter, choices));
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(-1);
  const [error, setError] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const facets = useQuery(facetsQuery(query)).data;
  const labels = new Map(
    (facets?.labels ?? []).map(({ key, values }) => [key, values.flatMap(({ value }) => (value === null ? [] : [value]))]),
  );
  const { from, options } = suggest(text, caret, choices, labels);
  const take = (option: string) => {
    const isWhole = !option.endsWith(':');
    const next = `${text.slice(0, from)}${option}${isWhole ? ' ' : ''}${text.slice(caret).replace(/^\S+/, '').trimStart()}`;
    const place = from + option.length + (isWhole ? 1 : 0);
    setText(next);
    setCaret(place);
    setActive(-1);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(place, place);
    });
  };
  const apply = () => {
    const read = readQueryText(text, choices);
    if (!read.ok) return setError(read.error);
    setError(null);
    onApply(read.filter);
  };
  return (
    <form
      className="relative flex flex-wrap items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const option = options[active];
        if (option === undefined) apply();
        else take(option);
      }}
    >
      <TextField
        ref={input}
        label="Filters as text"
        hideLabel
        autoFocus
        className="min-w-60 flex-1 [&_input]:font-mono"
        placeholder="status:firing team:payments -label.env:dev"
        value={text}
        error={error}
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-expanded={options.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        {...(active >= 0 ? { 'aria-activedescendant': `${listId}-${active}` } : {})}
        onChange={(next) => {
          setText(next);
          setCaret(input.current?.selectionStart ?? next.length);
          setActive(-1);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            const step = event.key === 'ArrowDown' ? 1 : -1;
            if (options.length > 0) setActive((active + step + options.length) % options.length);
          } else if (event.key === 'Tab' && options[0] !== undefined && !event.shiftKey) {
            event.preventDefault();
            take(options[Math.max(0, active)] ?? '');
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            onClose();
          }
        }}
      />
      <Button type="submit">Apply</Button>
      <Button kind="quiet" onClick={onClose}>
        Close
      </Button>
      <div
        id={listId}
        role="listbox"
        aria-label="Completions"
        className={cx(
          'absolute top-10 left-0 z-20 max-h-72 min-w-64 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-pop',
          options.length === 0 && 'hidden',
        )}
      >
        {options.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys choose through the field, as in every combobox
          <div
            key={option}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            tabIndex={-1}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(option)}
            className={cx('cursor-pointer rounded-md px-2 py-1.5 font-mono text-[0.93rem]', index === active && 'bg-hover')}
          >
            {option}
          </div>
        ))}
      </div>
    </form>
  );
}

/** The filters as a line of text, to read, edit and hand on, with completion. */
export default function QueryLine(props: Props) {
  const choices = useChoices();
  // Written anew when another filter was chosen elsewhere, and when names have come in.
  return <Line key={toQueryText(props.filter, choices)} {...props} choices={choices} />;
}
