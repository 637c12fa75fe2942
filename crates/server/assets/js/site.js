// Runs on every page.
