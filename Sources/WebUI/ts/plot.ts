// Draws curves on a canvas: hairlines with bevel joins, which is by far the cheapest way, and axes with text.
import { Curve, smooth } from "./series";
import { clock, padded, Range, short, ticks } from "./scale";

export interface View { curves: Curve[]; weight: number; timeAxis: boolean; zoom: Range | null; hover: number | null }
export interface Frame { left: number; top: number; width: number; height: number; x: Range; y: Range }

const colors = ["#3d7bea", "#e0742f", "#2c9c69", "#b455c9", "#c23b4e", "#7d7f2a"];

function extent(view: View): { x: Range; y: Range } {
    const x = { from: Infinity, to: -Infinity };
    const y = { from: Infinity, to: -Infinity };
    for (const curve of view.curves) {
        curve.x.forEach((at, i) => {
            if (view.zoom && (at < view.zoom.from || at > view.zoom.to)) return;
            x.from = Math.min(x.from, at);
            x.to = Math.max(x.to, at);
            const value = curve.y[i] ?? NaN;
            if (!Number.isFinite(value)) return;
            y.from = Math.min(y.from, value);
            y.to = Math.max(y.to, value);
        });
    }
    const wide = view.zoom ?? (x.from <= x.to ? x : { from: 0, to: 1 });
    return { x: wide.from === wide.to ? { from: wide.from - 0.5, to: wide.to + 0.5 } : wide,
        y: padded(y.from <= y.to ? y : { from: 0, to: 1 }) };
}

export function draw(canvas: HTMLCanvasElement, view: View): Frame {
    const ratio = devicePixelRatio || 1;
    const box = canvas.getBoundingClientRect();
    canvas.width = Math.max(1, Math.round(box.width * ratio));
    canvas.height = Math.max(1, Math.round(box.height * ratio));
    const frame: Frame = { left: 52, top: 6, width: Math.max(1, box.width - 60), height: Math.max(1, box.height - 28), ...extent(view) };
    const pen = canvas.getContext("2d");
    if (!pen) return frame;
    pen.scale(ratio, ratio);
    axes(pen, frame, view, getComputedStyle(canvas));
    pen.save();
    pen.beginPath();
    pen.rect(frame.left, frame.top, frame.width, frame.height);
    pen.clip();
    view.curves.forEach((curve, i) => line(pen, frame, view, curve, colors[i % colors.length] ?? "#888"));
    pen.restore();
    return frame;
}

function px(frame: Frame, x: number): number {
    return frame.left + ((x - frame.x.from) / (frame.x.to - frame.x.from)) * frame.width;
}

function py(frame: Frame, y: number): number {
    return frame.top + frame.height - ((y - frame.y.from) / (frame.y.to - frame.y.from)) * frame.height;
}

function axes(pen: CanvasRenderingContext2D, frame: Frame, view: View, style: CSSStyleDeclaration): void {
    pen.font = `11px ${style.fontFamily}`;
    pen.fillStyle = style.color;
    pen.strokeStyle = style.borderTopColor;
    pen.globalAlpha = 0.75;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const tick of ticks(frame.y, 4)) {
        const y = Math.round(py(frame, tick)) + 0.5;
        pen.globalAlpha = 0.18;
        pen.fillRect(frame.left, y, frame.width, 1);
        pen.globalAlpha = 0.75;
        pen.fillText(short(tick), frame.left - 6, y);
    }
    pen.textAlign = "center";
    pen.textBaseline = "top";
    const span = frame.x.to - frame.x.from;
    for (const tick of ticks(frame.x, Math.max(2, Math.floor(frame.width / 90)))) {
        const label = view.timeAxis ? clock(tick, span) : short(tick);
        pen.fillText(label, px(frame, tick), frame.top + frame.height + 6);
    }
    pen.globalAlpha = 1;
}

function line(pen: CanvasRenderingContext2D, frame: Frame, view: View, curve: Curve, color: string): void {
    const passes: [Float64Array, number][] = view.weight > 0 ? [[curve.y, 0.25], [smooth(curve.y, view.weight), 1]] : [[curve.y, 1]];
    pen.strokeStyle = color;
    pen.fillStyle = color;
    pen.lineJoin = "bevel";
    for (const [values, alpha] of passes) {
        pen.globalAlpha = alpha;
        pen.lineWidth = alpha < 1 ? 1 : 1.25;
        pen.beginPath();
        let down = false;
        values.forEach((value, i) => {
            const x = px(frame, curve.x[i] ?? 0);
            if (!Number.isFinite(value)) {
                down = false;
                pen.fillRect(x - 2, value > 0 ? frame.top : frame.top + frame.height - 4, 4, 4);
                return;
            }
            if (down) pen.lineTo(x, py(frame, value)); else pen.moveTo(x, py(frame, value));
            down = true;
        });
        pen.stroke();
    }
    if (curve.x.length <= 60) curve.y.forEach((value, i) => dot(pen, frame, curve.x[i] ?? 0, value, 2));
    if (view.hover !== null) curve.y.forEach((value, i) => { if (i === nearest(curve, view.hover ?? 0)) dot(pen, frame, curve.x[i] ?? 0, value, 4); });
    pen.globalAlpha = 1;
}

function dot(pen: CanvasRenderingContext2D, frame: Frame, x: number, y: number, radius: number): void {
    if (!Number.isFinite(y)) return;
    pen.beginPath();
    pen.arc(px(frame, x), py(frame, y), radius, 0, Math.PI * 2);
    pen.fill();
}

/** The index of the point nearest to `x`; the curve is sorted by x. */
export function nearest(curve: Curve, x: number): number {
    let low = 0;
    let high = curve.x.length - 1;
    while (low < high) {
        const middle = (low + high) >> 1;
        if ((curve.x[middle] ?? 0) < x) low = middle + 1; else high = middle;
    }
    const before = low > 0 && Math.abs((curve.x[low - 1] ?? 0) - x) <= Math.abs((curve.x[low] ?? 0) - x);
    return before ? low - 1 : low;
}
