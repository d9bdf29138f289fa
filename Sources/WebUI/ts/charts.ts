// The charts of a run's page: made and fetched when near the screen, redrawn when their metric grows.
import { Panel, Settings } from "./panel";
import { applyFilter } from "./filter";

export interface Charts { refresh(names: string[]): void }

export function startCharts(): Charts {
    const box = document.querySelector<HTMLElement>("[data-charts]");
    return box ? new Board(box) : { refresh: () => undefined };
}

class Board implements Charts {
    private readonly panels = new Map<Element, Panel>();
    private readonly known = new Set<string>();
    private readonly seen = new IntersectionObserver(entries => this.shown(entries), { rootMargin: "150px" });
    private settings: Settings = { axis: "step", weight: 0, log: false };
    private hovered: number | null = null;
    private queued = false;
    private growing = false;

    constructor(private readonly box: HTMLElement) {
        this.watch(box);
        window.addEventListener("halley-theme", () => this.panels.forEach(panel => panel.redraw()));
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.panels.forEach(panel => panel.redraw()));
        this.controls();
    }

    refresh(names: string[]): void {
        for (const panel of this.panels.values()) if (names.length === 0 || names.includes(panel.name)) panel.stale();
        if (names.some(name => !this.known.has(name))) void this.grow();
    }

    private watch(root: ParentNode): void {
        for (const element of root.querySelectorAll<HTMLElement>("[data-chart]")) {
            this.known.add(element.dataset["name"] ?? "");
            this.seen.observe(element);
        }
    }

    private shown(entries: IntersectionObserverEntry[]): void {
        for (const entry of entries) {
            let panel = this.panels.get(entry.target);
            if (!panel && entry.isIntersecting) {
                panel = new Panel(entry.target as HTMLElement, this.settings, x => this.hover(x));
                this.panels.set(entry.target, panel);
            }
            panel?.show(entry.isIntersecting);
        }
    }

    /** At most once a frame, for all charts that can be seen. */
    private hover(x: number | null): void {
        this.hovered = x;
        if (this.queued) return;
        this.queued = true;
        requestAnimationFrame(() => {
            this.queued = false;
            this.panels.forEach(panel => panel.point(this.hovered));
        });
    }

    /** A metric that the page has no chart for: the page is asked for again, and what it has more is put in. */
    private async grow(): Promise<void> {
        if (this.growing) return;
        this.growing = true;
        try {
            const answer = await fetch(location.href, { headers: { accept: "text/html" } });
            if (!answer.ok) return;
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const fresh = page.querySelector("[data-charts]");
            if (fresh) this.adopt(fresh);
        } catch {
            // The next event asks again.
        } finally {
            this.growing = false;
        }
    }

    private adopt(fresh: Element): void {
        document.querySelector("[data-no-charts]")?.remove();
        for (const group of fresh.querySelectorAll<HTMLElement>("[data-group]")) {
            const mine = this.box.querySelector(`[data-group="${CSS.escape(group.dataset["group"] ?? "")}"]`);
            const added = [...group.querySelectorAll<HTMLElement>("[data-chart]")].filter(one => !this.known.has(one.dataset["name"] ?? ""));
            if (added.length === 0) continue;
            if (mine) mine.querySelector(".panels")?.append(...added); else this.box.append(group);
            const count = mine?.querySelector("[data-count]");
            if (count) count.textContent = String(mine?.querySelectorAll("[data-chart]").length ?? 0);
        }
        this.watch(this.box);
    }

    private controls(): void {
        const change = (more: Partial<Settings>): void => {
            this.settings = { ...this.settings, ...more };
            this.panels.forEach(panel => panel.set(this.settings));
        };
        const axis = document.querySelector<HTMLSelectElement>("[data-chart-axis]");
        axis?.addEventListener("change", () => change({ axis: axis.value }));
        const log = document.querySelector<HTMLSelectElement>("[data-chart-scale]");
        log?.addEventListener("change", () => change({ log: log.value === "log" }));
        const weight = document.querySelector<HTMLInputElement>("[data-chart-smooth]");
        weight?.addEventListener("input", () => change({ weight: Number(weight.value) }));
        const filter = document.querySelector<HTMLInputElement>("[data-chart-filter]");
        filter?.addEventListener("input", () => applyFilter(this.box, filter.value));
        if (filter?.value) applyFilter(this.box, filter.value);
    }
}
