// Runs before the first paint, so that a page does not flash in the other theme.
try {
    const theme = localStorage.getItem("halley-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
} catch {
    // Storage is off: the system's theme stands.
}
export {};
