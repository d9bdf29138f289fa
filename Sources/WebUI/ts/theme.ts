// Light and dark: the system's choice until somebody presses the switch, then theirs.
const key = "halley-theme";

function apply(theme: string | null): void {
    if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
    window.dispatchEvent(new Event("halley-theme"));
}

function stored(): string | null {
    try { return localStorage.getItem(key); } catch { return null; }
}

export function isDark(): boolean {
    const theme = document.documentElement.dataset["theme"];
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function startTheme(): void {
    apply(stored());
    const button = document.querySelector<HTMLButtonElement>("[data-theme-switch]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
        const next = isDark() ? "light" : "dark";
        try { localStorage.setItem(key, next); } catch { /* a private window keeps it for this page only */ }
        apply(next);
    });
}
