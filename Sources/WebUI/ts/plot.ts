// Draws curves on a canvas: hairlines with bevel joins, which is by far the cheapest way, and axes with text.
import { Curve, smooth } from "./series";
import { clock, padded, Range, short, ticks } from "./scale";

export interface View { curves: Curve[]; weight: number; timeAxis: boolean; log: boolean; zoom: Range | null }
export interface Frame { left: number; top: number; width: number; height: number; x: Range; y: Range; log: boolean }

/** What a style sheet says about the canvas. */
interface Ink { font: string; text: string; line: string; curves: string[] }

const curveColors = 6;

export function ink(element: HTMLElement): Ink {
    const style = getComputedStyle(element);
    const named = (name: string): string => style.getPropertyValue(name).trim();
    const probe = (name: string): string => {
        // light-dark() is resolved in properties, not in custom ones.
        element.style.outlineColor = `var(${name})`;
        const color = getComputedStyle(element).outlineColor;
        element.style.outlineColor = "";
        return color || named(name);
    };
    return {
        font: `11px ${style.fontFamily}`, text: probe("--soft"), line: probe("--line"),
        curves: Array.from({ length: curveColors }, (_, i) => probe(`--curve-${i}`)),
    };
}

/** Where a value stands before it is scaled: its logarithm on such an axis, where nothing below zero has a place. */
function level(value: number, log: boolean): number {
    return log ? (value > 0 ? Math.log10(value) : NaN) : value;
}

function extent(view: View): { x: Range; y: Range } {
    const x = { from: Infinity, to: -Infinity };
    const y = { from: Infinity, to: -Infinity };
    for (const curve of view.curves) {
        curve.x.forEach((at, i) => {
            if (view.zoom && (at < view.zoom.from || at > view.zoom.to)) return;
            x.from = Math.min(x.from, at);
            x.to = Math.max(x.to, at);
            const value = level(curve.y[i] ?? NaN, view.log);
            if (!Number.isFinite(value)) return;
            y.from = Math.min(y.from, value);
            y.to = Math.max(y.to, value);
        });
    }
    const wide = view.zoom ?? (x.from <= x.to ? x : { from: 0, to: 1 });
    return { x: wide.from === wide.to ? { from: wide.from - 0.5, to: wide.to + 0.5 } : wide,
        y: padded(y.from <= y.to ? y : { from: 0, to: 1 }) };
}

/** A pen on a canvas of the element's size, in its pixels. */
export function pen(canvas: HTMLCanvasElement): { pen: CanvasRenderingContext2D; width: number; height: number } | null {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(height * ratio));
    const found = canvas.getContext("2d");
    found?.scale(ratio, ratio);
    return found ? { pen: found, width, height } : null;
}

export function draw(canvas: HTMLCanvasElement, view: View): Frame | null {
    const surface = pen(canvas);
    if (!surface) return null;
    const colors = ink(canvas);
    const frame: Frame = { left: 50, top: 8, width: Math.max(1, surface.width - 58), height: Math.max(1, surface.height - 32),
        ...extent(view), log: view.log };
    axes(surface.pen, frame, view, colors);
    surface.pen.save();
    surface.pen.beginPath();
    surface.pen.rect(frame.left, frame.top - 2, frame.width, frame.height + 4);
    surface.pen.clip();
    for (const curve of view.curves) line(surface.pen, frame, view, curve, colors.curves[curve.color % curveColors] ?? "#888");
    surface.pen.restore();
    return frame;
}

export function px(frame: Frame, x: number): number {
    return frame.left + ((x - frame.x.from) / (frame.x.to - frame.x.from)) * frame.width;
}

export function py(frame: Frame, value: number): number {
    return frame.top + frame.height - ((level(value, frame.log) - frame.y.from) / (frame.y.to - frame.y.from)) * frame.height;
}

function axes(pen: CanvasRenderingContext2D, frame: Frame, view: View, colors: Ink): void {
    pen.font = colors.font;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const tick of ticks(frame.y, 5)) {
        const value = view.log ? Math.pow(10, tick) : tick;
        const y = Math.round(py(frame, value)) + 0.5;
        pen.fillStyle = colors.line;
        pen.fillRect(frame.left, y - 0.5, frame.width, 1);
        pen.fillStyle = colors.text;
        pen.fillText(short(view.log ? Number(value.toPrecision(2)) : tick), frame.left - 8, y);
    }
    pen.textBaseline = "top";
    const span = frame.x.to - frame.x.from;
    const isWhole = !view.timeAxis && view.curves.every(curve => curve.x.every(Number.isInteger));
    let before = "";
    for (const tick of ticks(frame.x, Math.max(2, Math.floor(frame.width / 80)))) {
        const label = view.timeAxis ? clock(tick, span) : short(tick);
        if (label === before || (isWhole && !Number.isInteger(tick))) continue;
        before = label;
        const at = px(frame, tick);
        pen.textAlign = at > frame.left + frame.width - 24 ? "right" : "center";
        pen.fillText(label, Math.min(at, frame.left + frame.width), frame.top + frame.height + 8);
    }
}

function line(pen: CanvasRenderingContext2D, frame: Frame, view: View, curve: Curve, color: string): void {
    const passes: [Float64Array, number][] = view.weight > 0 ? [[curve.y, 0.25], [smooth(curve.y, view.weight), 1]] : [[curve.y, 1]];
    pen.strokeStyle = color;
    pen.fillStyle = color;
    pen.lineJoin = "bevel";
    for (const [values, alpha] of passes) {
        pen.globalAlpha = alpha;
        pen.lineWidth = alpha < 1 ? 1 : 1.5;
        pen.beginPath();
        let down = false;
        values.forEach((value, i) => {
            const x = px(frame, curve.x[i] ?? 0);
            const y = py(frame, value);
            if (!Number.isFinite(value) || Number.isNaN(y)) {
                down = false;
                if (!Number.isFinite(value)) strange(pen, frame, x, value);
                return;
            }
            if (down) pen.lineTo(x, y); else pen.moveTo(x, y);
            down = true;
        });
        pen.stroke();
    }
    pen.globalAlpha = 1;
    if (curve.x.length <= 40) curve.y.forEach((value, i) => dot(pen, frame, curve.x[i] ?? 0, value, 2));
}

/** NaN and -∞ are marked at the foot, +∞ at the top. */
function strange(pen: CanvasRenderingContext2D, frame: Frame, x: number, value: number): void {
    pen.fillRect(x - 1.5, value > 0 ? frame.top : frame.top + frame.height - 5, 3, 5);
}

export function dot(pen: CanvasRenderingContext2D, frame: Frame, x: number, y: number, radius: number): void {
    const at = py(frame, y);
    if (!Number.isFinite(at)) return;
    pen.beginPath();
    pen.arc(px(frame, x), at, radius, 0, Math.PI * 2);
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
