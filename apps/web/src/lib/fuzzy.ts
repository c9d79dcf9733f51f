/** How well a text fits what was typed; null when it does not. Whole words and word starts count most. */
export function fuzzyScore(text: string, typed: string): number | null {
  const haystack = text.toLowerCase();
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let score = 0;
  for (const word of words) {
    const at = haystack.indexOf(word);
    if (at >= 0) {
      const atWordStart = at === 0 || /[\s#/_.:-]/.test(haystack[at - 1] ?? '');
      score += (atWordStart ? 10 : 5) + word.length / haystack.length;
      continue;
    }
    let from = 0;
    for (const letter of word) {
      const found = haystack.indexOf(letter, from);
      if (found < 0) return null;
      from = found + 1;
    }
    if (word.length < 3) return null;
    score += 1;
  }
  return score;
}
