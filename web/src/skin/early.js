// Before the first paint, so that a dark page is never white for a moment. See data/settings.ts.
try {
  const theme = JSON.parse(localStorage.getItem('tidings.theme'))
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // As the system has it.
}
