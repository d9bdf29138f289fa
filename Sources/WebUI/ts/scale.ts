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

const units: [number, string][] = [[1e12, "T"], [1e9, "G"], [1e6, "M"]];

/** As the server writes numbers (`Shown.number`): five digits that count, large ones with a unit. */
export function short(value: number): string {
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    const size = Math.abs(value);
    if (size === 0) return "0";
    if (size < 1e-4 || size >= 1e15) return signed(value.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e").replace("e-", "e−"));
    const unit = units.find(([from]) => size >= from);
    if (unit) return signed(`${Number((value / unit[0]).toPrecision(5))}\u202f${unit[1]}`);
    return signed(String(Number.isInteger(value) || size >= 1e5 ? Math.round(value) : Number(value.toPrecision(5))));
}

function signed(text: string): string {
    return text.replace(/^-/, "−");
}

export function clock(milliseconds: number, span: number): string {
    const date = new Date(milliseconds);
    if (span > 172_800_000) return date.toLocaleDateString(undefined, { month: "short", day: "numeric" });
    return date.toLocaleTimeString(undefined, span > 600_000 ? { hour: "2-digit", minute: "2-digit" } : {});
}

/** A little air above and below; a flat line gets a band of its own. */
export function padded(range: Range): Range {
    const span = range.to - range.from;
    const air = span > 0 ? span * 0.06 : Math.max(Math.abs(range.from) * 0.1, 0.5);
    return { from: range.from - air, to: range.to + air };
}
