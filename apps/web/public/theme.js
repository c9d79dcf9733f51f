// Sets the theme before the first paint, so that no page flashes. Kept apart because the content security policy allows no inline script.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('tocsin.theme');
  } catch {
    // Storage is switched off; the system decides.
  }
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
