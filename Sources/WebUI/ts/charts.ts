// The panels of a run's page: fetched when near the screen, redrawn when their metric grows.
import { Panel } from "./panel";

export function startCharts(): { refresh(names: string[]): void } {
    const panels = [...document.querySelectorAll<HTMLElement>("[data-chart]")].map(element => new Panel(element));
    if (panels.length === 0) return { refresh: names => announce(names) };
    const seen = new IntersectionObserver(entries => {
        for (const entry of entries) panels.find(panel => panel.element === entry.target)?.show(entry.isIntersecting);
    }, { rootMargin: "200px" });
    panels.forEach(panel => seen.observe(panel.element));
    window.addEventListener("halley-theme", () => panels.forEach(panel => panel.redraw()));
    controls(panels);
    return {
        refresh: names => {
            const known = new Set(panels.map(panel => panel.name));
            for (const panel of panels) if (names.length === 0 || names.includes(panel.name)) panel.stale();
            announce(names.filter(name => !known.has(name)));
        },
    };
}

/** A metric that the page has no panel for: offer it, and leave what is being read in place. */
function announce(names: string[]): void {
    if (names.length === 0 || document.querySelector("[data-new-metrics]")) return;
    const tabs = document.querySelector(".tabs [aria-current]");
    if (!tabs || !location.pathname.match(/^\/[^/]+\/[^/]+\/[^/]+\/?$/)) return;
    const link = document.createElement("a");
    link.href = location.href;
    link.dataset["newMetrics"] = "";
    link.className = "button";
    link.textContent = "New metrics: show them";
    document.querySelector("main .tabs")?.after(link);
}

function controls(panels: Panel[]): void {
    document.querySelectorAll<HTMLElement>("[data-needs-script], [data-chart-filter]").forEach(element => { element.hidden = false; });
    const filter = document.querySelector<HTMLInputElement>("[data-chart-filter]");
    filter?.addEventListener("input", () => {
        const text = filter.value.toLowerCase();
        for (const panel of panels) panel.element.hidden = !panel.name.toLowerCase().includes(text);
    });
    const axis = document.querySelector<HTMLSelectElement>("[data-chart-axis]");
    axis?.addEventListener("change", () => panels.forEach(panel => panel.across(axis.value)));
    const weight = document.querySelector<HTMLInputElement>("[data-chart-smooth]");
    weight?.addEventListener("input", () => panels.forEach(panel => panel.smoothing(Number(weight.value))));
}
