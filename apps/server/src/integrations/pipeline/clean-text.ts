/** Text that storage takes: NUL and lone surrogates, which a template can make, become U+FFFD. */
export const cleanText = (text: string): string => text.replace(/\u0000|\p{Surrogate}/gu, '\uFFFD');
