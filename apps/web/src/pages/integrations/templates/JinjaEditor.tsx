import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { jinja } from '@codemirror/lang-jinja';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { propertiesAt } from './payload-paths.ts';

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--color-surface)', color: 'var(--color-text)', fontSize: '0.93rem', height: '100%' },
  '.cm-content': { fontFamily: 'var(--font-mono)', caretColor: 'var(--color-text)', padding: '0.5rem 0' },
  '.cm-cursor': { borderLeftColor: 'var(--color-text)' },
  '.cm-gutters': { backgroundColor: 'var(--color-sunken)', color: 'var(--color-muted)', border: 'none' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--color-accent-soft) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--color-surface)', color: 'var(--color-text)', border: '1px solid var(--color-line)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--color-accent)', color: 'var(--color-on-accent)' },
});
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword], color: 'var(--color-accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--color-ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--color-warn)' },
  { tag: tags.comment, color: 'var(--color-muted)', fontStyle: 'italic' },
  { tag: [tags.brace, tags.bracket, tags.punctuation, tags.operator], color: 'var(--color-muted)' },
  { tag: [tags.propertyName, tags.function(tags.variableName)], color: 'var(--color-text)' },
]);

const VARIABLES = ['payload', 'labels', 'integration_name', 'source_link', 'grafana_oncall_link', 'grafana_oncall_incident_id'];

export type JinjaEditorProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What completion knows of the alert. */
  payload: unknown;
  /** Shown at its line, where the text names one. */
  error: string | null;
  readOnly: boolean;
};

/** An editor for a Jinja template, with the keys of the payload as completions. */
export default function JinjaEditor({ label, value, onChange, payload, error, readOnly }: JinjaEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const known = useRef({ payload, onChange });
  known.current = { payload, onChange };
  const editable = useRef(new Compartment());
  // The editor lives outside of React; it begins with what is there and reports changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: later values reach it by the effects below
  useEffect(() => {
    if (host.current === null) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          lineNumbers(),
          highlightSpecialChars(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          EditorView.lineWrapping,
          keymap.of([...defaultKeymap, ...historyKeymap, ...completionKeymap]),
          jinja({
            variables: VARIABLES.map((name) => ({ label: name, type: 'variable' })),
            properties: (path) => propertiesAt(known.current.payload, path).map((found) => ({ ...found, type: 'property' })),
          }),
          theme,
          syntaxHighlighting(colours),
          editable.current.of(EditorState.readOnly.of(readOnly)),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) known.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    view.current?.dispatch({ effects: editable.current.reconfigure(EditorState.readOnly.of(readOnly)) });
  }, [readOnly]);
  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const wanted = Number(/line:? (\d+)/i.exec(error ?? '')?.[1] ?? 1);
    const line = editor.state.doc.line(Math.min(Math.max(wanted, 1), editor.state.doc.lines));
    const found = error === null ? [] : [{ from: line.from, to: line.to, severity: 'error' as const, message: error }];
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [error]);
  return <div ref={host} className="h-full min-h-48 overflow-auto" />;
}
