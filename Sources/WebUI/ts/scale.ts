// Ticks and numbers for axes. Pure.
export interface Range { from: number; to: number }

/** Round values that divide the range into about `count` parts. */
export function ticks(range: Range, count: number): number[] {
    const span = range.to - range.from;
    if (!(span > 0) || !Number.isFinite(span)) return [range.from];
    const rough = span / Math.max(1, count);
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    const unit = [1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10;
    const step = unit * power;
    const found: number[] = [];
    for (let tick = Math.ceil(range.from / step) * step; tick <= range.to + step * 1e-9; tick += step) {
        found.push(Math.abs(tick) < step * 1e-9 ? 0 : tick);
    }
    return found;
}

/** Short, with enough digits to tell neighbours apart. */
export function short(value: number): string {
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    const size = Math.abs(value);
    if (size !== 0 && (size >= 1e6 || size < 1e-4)) return value.toExponential(2).replace("e+", "e");
    return String(Number(value.toPrecision(5)));
}

export function clock(milliseconds: number, span: number): string {
    const date = new Date(milliseconds);
    return span > 86_400_000 ? date.toLocaleDateString() : date.toLocaleTimeString();
}

/** A little air above and below; a flat line gets a band of its own. */
export function padded(range: Range): Range {
    const span = range.to - range.from;
    const air = span > 0 ? span * 0.06 : Math.max(Math.abs(range.from) * 0.1, 0.5);
    return { from: range.from - air, to: range.to + air };
}
