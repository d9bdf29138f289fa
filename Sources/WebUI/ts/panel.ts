// One chart: its data, its zoom, its hover box.
import { draw, Frame, nearest, View } from "./plot";
import { clock, short } from "./scale";
import { Curve, curves, Sample } from "./series";

export class Panel {
    readonly name: string;
    private readonly plot: HTMLElement;
    private readonly canvas = document.createElement("canvas");
    private readonly tip = document.createElement("div");
    private view: View = { curves: [], weight: 0, timeAxis: false, zoom: null, hover: null };
    private frame: Frame | null = null;
    private axis = "step";
    private visible = false;
    private dirty = true;
    private loading = false;
    private drag: number | null = null;

    constructor(readonly element: HTMLElement) {
        this.name = element.dataset["name"] ?? "";
        this.plot = element.querySelector<HTMLElement>(".plot") ?? element;
        this.tip.className = "tip";
        this.tip.hidden = true;
        this.plot.append(this.canvas, this.tip);
        new ResizeObserver(() => this.redraw()).observe(this.plot);
        this.canvas.addEventListener("pointermove", event => this.hover(event.offsetX));
        this.canvas.addEventListener("pointerleave", () => this.leave());
        this.canvas.addEventListener("pointerdown", event => { this.drag = event.offsetX; });
        this.canvas.addEventListener("pointerup", event => this.select(event.offsetX));
        this.canvas.addEventListener("dblclick", () => this.zoom(null));
    }

    show(visible: boolean): void {
        this.visible = visible;
        if (visible && this.dirty) void this.load();
    }

    stale(): void {
        this.dirty = true;
        if (this.visible) void this.load();
    }

    across(axis: string): void {
        this.axis = axis;
        this.view.zoom = null;
        this.stale();
    }

    smoothing(weight: number): void {
        this.view.weight = weight;
        this.redraw();
    }

    redraw(): void {
        if (this.visible) this.frame = draw(this.canvas, this.view);
    }

    private async load(): Promise<void> {
        if (this.loading) return;
        this.loading = true;
        this.dirty = false;
        try {
            const query = new URLSearchParams({ width: String(Math.max(64, Math.round(this.plot.clientWidth))), axis: this.axis });
            if (this.view.zoom) {
                query.set("from", String(this.view.zoom.from));
                query.set("to", String(this.view.zoom.to));
            }
            const answer = await fetch(`${this.element.dataset["chart"] ?? ""}?${query}`);
            if (!answer.ok) return;
            const sample = (await answer.json()) as Sample;
            this.view.curves = curves(sample, this.axis);
            this.view.timeAxis = this.axis === "time";
            this.element.title = sample.exact ? "" : `${sample.points_total} points, shown by each pixel's extremes. Drag to zoom, double-click to reset.`;
            this.facts();
            this.redraw();
        } catch {
            this.dirty = true;
        } finally {
            this.loading = false;
        }
        if (this.dirty && this.visible) setTimeout(() => void this.load(), 1000);
    }

    /** The newest value of the only curve; with several contexts the server's numbers stand. */
    private facts(): void {
        const only = this.view.curves.length === 1 ? this.view.curves[0] : undefined;
        const label = this.element.querySelector("[data-current]");
        const last = only?.y[only.y.length - 1];
        if (label && last !== undefined && !this.view.zoom && this.axis === "step") label.textContent = short(last);
    }

    private at(offset: number): number {
        const frame = this.frame;
        if (!frame) return 0;
        return frame.x.from + ((offset - frame.left) / frame.width) * (frame.x.to - frame.x.from);
    }

    private hover(offset: number): void {
        if (this.view.curves.length === 0) return;
        const x = this.at(offset);
        this.view.hover = x;
        this.redraw();
        this.tip.textContent = this.view.curves.map(curve => this.describe(curve, x)).join("   ");
        this.tip.hidden = false;
        const room = this.plot.clientWidth - this.tip.offsetWidth - 8;
        this.tip.style.left = `${Math.max(0, Math.min(offset + 12, room))}px`;
        this.tip.style.top = "4px";
    }

    private describe(curve: Curve, x: number): string {
        const i = nearest(curve, x);
        const where = this.view.timeAxis ? clock(curve.x[i] ?? 0, 0) : short(curve.x[i] ?? 0);
        return `${curve.context ? `${curve.context} ` : ""}${where}: ${short(curve.y[i] ?? NaN)}`;
    }

    private leave(): void {
        this.tip.hidden = true;
        this.view.hover = null;
        this.drag = null;
        this.redraw();
    }

    private select(offset: number): void {
        const start = this.drag;
        this.drag = null;
        if (start === null || Math.abs(offset - start) < 8) return;
        this.zoom({ from: this.at(Math.min(start, offset)), to: this.at(Math.max(start, offset)) });
    }

    private zoom(range: { from: number; to: number } | null): void {
        this.view.zoom = range;
        this.stale();
    }
}
