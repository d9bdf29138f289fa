// What follows the pointer over a chart: a line, a dot on each curve, a box with their values, the range to zoom to.
import { dot, Frame, ink, nearest, pen, px, View } from "./plot";
import { clock, Range, short } from "./scale";

interface Chart { readonly view: View; readonly frame: Frame | null }

export class Overlay {
    private readonly canvas = document.createElement("canvas");
    private readonly tip = document.createElement("div");
    private readonly back = document.createElement("button");
    private x: number | null = null;
    private own = false;
    private drag: number | null = null;

    constructor(plot: HTMLElement, private readonly chart: Chart, hover: (x: number | null) => void, private readonly zoom: (range: Range | null) => void) {
        this.tip.className = "tip";
        this.tip.hidden = true;
        this.back.className = "zoomed";
        this.back.type = "button";
        this.back.textContent = "Reset zoom";
        this.back.hidden = true;
        plot.append(this.canvas, this.tip, this.back);
        this.canvas.addEventListener("pointermove", event => { this.own = true; hover(this.at(event.offsetX)); });
        this.canvas.addEventListener("pointerleave", () => { this.own = false; this.drag = null; hover(null); });
        this.canvas.addEventListener("pointerdown", event => { if (event.pointerType !== "touch") this.drag = event.offsetX; });
        this.canvas.addEventListener("pointerup", event => this.select(event.offsetX));
        this.canvas.addEventListener("dblclick", () => this.zoom(null));
        this.back.addEventListener("click", () => this.zoom(null));
    }

    point(x: number | null): void {
        this.x = x;
        this.redraw();
    }

    redraw(): void {
        this.back.hidden = this.chart.view.zoom === null;
        const frame = this.chart.frame;
        const surface = pen(this.canvas);
        this.tip.hidden = true;
        if (!surface || !frame || this.x === null || this.x < frame.x.from || this.x > frame.x.to) return;
        const colors = ink(this.canvas);
        const at = px(frame, this.x);
        surface.pen.fillStyle = colors.text;
        surface.pen.globalAlpha = 0.5;
        surface.pen.fillRect(Math.round(at), frame.top, 1, frame.height);
        if (this.drag !== null && this.own) {
            surface.pen.globalAlpha = 0.12;
            surface.pen.fillRect(Math.min(this.drag, at), frame.top, Math.abs(at - this.drag), frame.height);
        }
        surface.pen.globalAlpha = 1;
        for (const curve of this.chart.view.curves) {
            const i = nearest(curve, this.x);
            surface.pen.fillStyle = colors.curves[curve.color % colors.curves.length] ?? "#888";
            dot(surface.pen, frame, curve.x[i] ?? 0, curve.y[i] ?? NaN, 3.5);
        }
        if (this.own) this.tell(at, surface.width);
    }

    private tell(at: number, width: number): void {
        const first = this.chart.view.curves[0];
        if (!first || this.x === null) return;
        const where = first.x[nearest(first, this.x)] ?? 0;
        const lines = [this.chart.view.timeAxis ? clock(where, 0) : `step ${short(where)}`];
        for (const curve of this.chart.view.curves) {
            lines.push(`${curve.context ? `${curve.context}  ` : ""}${short(curve.y[nearest(curve, this.x)] ?? NaN)}`);
        }
        this.tip.textContent = lines.join("\n");
        this.tip.hidden = false;
        const right = at + 12 + this.tip.offsetWidth;
        this.tip.style.left = `${right > width ? Math.max(0, at - 12 - this.tip.offsetWidth) : at + 12}px`;
    }

    private at(offset: number): number {
        const frame = this.chart.frame;
        if (!frame) return 0;
        return frame.x.from + ((offset - frame.left) / frame.width) * (frame.x.to - frame.x.from);
    }

    private select(offset: number): void {
        const start = this.drag;
        this.drag = null;
        if (start === null || Math.abs(offset - start) < 8) return;
        this.zoom({ from: this.at(Math.min(start, offset)), to: this.at(Math.max(start, offset)) });
    }
}
