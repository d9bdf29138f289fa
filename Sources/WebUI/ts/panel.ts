// One chart: its data, its zoom, its numbers. What moves with the pointer is drawn by the overlay.
import { draw, Frame, View } from "./plot";
import { Overlay } from "./overlay";
import { Range, short } from "./scale";
import { Curve, curves, Sample } from "./series";

export interface Settings { axis: string; weight: number; log: boolean }

export class Panel {
    readonly name: string;
    readonly view: View;
    frame: Frame | null = null;
    private readonly plot: HTMLElement;
    private readonly canvas = document.createElement("canvas");
    private readonly overlay: Overlay;
    private readonly rows = new Map<string, HTMLElement>();
    private visible = false;
    private dirty = true;
    private loading = false;

    constructor(readonly element: HTMLElement, private settings: Settings, hover: (x: number | null) => void) {
        this.name = element.dataset["name"] ?? "";
        this.plot = element.querySelector<HTMLElement>(".plot") ?? element;
        this.view = { curves: [], weight: settings.weight, timeAxis: settings.axis === "time", log: settings.log, zoom: null };
        this.plot.append(this.canvas);
        this.overlay = new Overlay(this.plot, this, hover, range => this.zoom(range));
        for (const row of element.querySelectorAll<HTMLElement>("[data-context]")) this.rows.set(row.dataset["context"] ?? "", row);
        new ResizeObserver(() => this.redraw()).observe(this.plot);
    }

    show(visible: boolean): void {
        this.visible = visible;
        if (visible && this.dirty) void this.load(); else if (visible) this.redraw();
    }

    stale(): void {
        this.dirty = true;
        if (this.visible) void this.load();
    }

    set(settings: Settings): void {
        const isOtherAxis = settings.axis !== this.settings.axis;
        this.settings = settings;
        this.view.weight = settings.weight;
        this.view.log = settings.log;
        if (isOtherAxis) this.view.zoom = null;
        if (isOtherAxis) this.stale(); else this.redraw();
    }

    redraw(): void {
        if (!this.visible || this.view.curves.length === 0) return;
        this.frame = draw(this.canvas, this.view);
        this.overlay.redraw();
    }

    /** Somebody points at `x`, here or in another chart. */
    point(x: number | null): void {
        if (this.visible) this.overlay.point(x);
    }

    private zoom(range: Range | null): void {
        this.view.zoom = range;
        this.stale();
    }

    private async load(): Promise<void> {
        if (this.loading) return;
        this.loading = true;
        this.dirty = false;
        try {
            const query = new URLSearchParams({ width: String(Math.max(64, Math.round(this.plot.clientWidth))), axis: this.settings.axis });
            if (this.view.zoom) {
                query.set("from", String(this.view.zoom.from));
                query.set("to", String(this.view.zoom.to));
            }
            const answer = await fetch(`${this.element.dataset["chart"] ?? ""}?${query}`);
            if (answer.ok) this.take((await answer.json()) as Sample);
        } catch {
            this.dirty = true;
        } finally {
            this.loading = false;
        }
        if (this.dirty && this.visible) setTimeout(() => void this.load(), 1000);
    }

    private take(sample: Sample): void {
        const contexts = [...this.rows.keys()];
        this.view.curves = curves(sample, this.settings.axis, context => Math.max(0, contexts.indexOf(context)));
        this.view.timeAxis = this.settings.axis === "time";
        this.plot.dataset["drawn"] = String(sample.points_total);
        this.plot.title = sample.exact ? "" : `${sample.points_total} points; each pixel shows its lowest and highest`;
        if (!this.view.zoom && this.settings.axis === "step") this.view.curves.forEach(curve => this.tell(curve));
        this.redraw();
    }

    /** A sample holds the extremes of every pixel, so that these are those of the whole series. */
    private tell(curve: Curve): void {
        const row = this.rows.get(curve.context);
        const finite = curve.y.filter(Number.isFinite);
        if (!row || finite.length === 0) return;
        const values: Record<string, number> = { last: curve.y[curve.y.length - 1] ?? NaN, min: Infinity, max: -Infinity };
        for (const value of finite) {
            values["min"] = Math.min(values["min"] ?? value, value);
            values["max"] = Math.max(values["max"] ?? value, value);
        }
        for (const [name, value] of Object.entries(values)) {
            const cell = row.querySelector(`[data-${name}]`);
            if (cell && cell.textContent !== short(value)) cell.textContent = short(value);
        }
    }
}
