export type LabelPair = { key: string; value: string };
type LabelItem = { key: { name: string }; value: { name: string } };

/** Labels as the API has them, for a form. */
export const pairsOf = (labels: unknown): LabelPair[] =>
  (labels as LabelItem[]).map(({ key, value }) => ({ key: key.name, value: value.name }));

/** Labels of a form as the API takes them; rows that were left empty are no labels. */
export const labelsOf = (pairs: readonly LabelPair[]): LabelItem[] =>
  pairs
    .filter(({ key, value }) => key !== '' || value !== '')
    .map(({ key, value }) => ({ key: { name: key }, value: { name: value } }));
