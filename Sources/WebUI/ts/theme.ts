// Light and dark: the system's choice until somebody presses the switch, then theirs. `early.ts` applies it.
const key = "halley-theme";

export function isDark(): boolean {
    const theme = document.documentElement.dataset["theme"];
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function startTheme(): void {
    const button = document.querySelector<HTMLButtonElement>("[data-theme-switch]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
        const next = isDark() ? "light" : "dark";
        document.documentElement.dataset["theme"] = next;
        try { localStorage.setItem(key, next); } catch { /* a private window keeps it for this page only */ }
        window.dispatchEvent(new Event("halley-theme"));
    });
}
