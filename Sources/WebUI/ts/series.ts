// What the server sends for a chart, as columns. Values that JSON cannot carry come as words.
export interface Curve { context: string; color: number; x: Float64Array; y: Float64Array }

interface Block {
    context: string;
    steps: (number | null)[];
    times: number[];
    values: (number | string)[];
}

export interface Sample { points_total: number; exact: boolean; blocks: Block[] }

export function number(value: number | string): number {
    if (typeof value === "number") return value;
    if (value === "Infinity") return Infinity;
    return value === "-Infinity" ? -Infinity : NaN;
}

/** `color` numbers the contexts as the page's legend does. */
export function curves(sample: Sample, axis: string, color: (context: string) => number): Curve[] {
    return sample.blocks.map(block => {
        const useTime = axis === "time" || block.steps.every(step => step === null);
        const x = Float64Array.from(block.values, (_, i) => (useTime ? block.times[i] : block.steps[i]) ?? i);
        return { context: block.context, color: color(block.context), x, y: Float64Array.from(block.values, number) };
    });
}

/** Exponential moving average without the bias of its start; gaps do not end it. */
export function smooth(values: Float64Array, weight: number): Float64Array {
    if (weight <= 0) return values;
    let sum = 0;
    let norm = 0;
    return values.map(value => {
        if (!Number.isFinite(value)) return value;
        sum = sum * weight + value * (1 - weight);
        norm = norm * weight + (1 - weight);
        return sum / norm;
    });
}
