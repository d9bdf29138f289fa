// One event stream a page. The dot says whether what is shown is live; stale data is never shown as new.
interface Listeners {
    metrics(names: string[]): void;
    output(): void;
}

interface Change {
    what: string;
    names?: string[];
    state?: string;
}

/** A page that nobody sees gives its stream back: browsers open only six connections to a server. */
const hiddenMax = 5000;

/** A stream that comes back within this time is no news: the server ends each after a while. */
const awayMax = 3000;

export function startLive(listeners: Listeners): void {
    const dot = document.querySelector<HTMLElement>("[data-events]");
    const address = dot?.dataset["events"];
    if (!dot || !address) return;
    const live = new Live(dot, address, listeners);
    live.open();
    document.addEventListener("visibilitychange", () => live.seen(!document.hidden));
    tick();
}

class Live {
    private source: EventSource | null = null;
    private away: number | undefined;
    private leaving: number | undefined;
    private over = false;

    constructor(private readonly dot: HTMLElement, private readonly address: string, private readonly listeners: Listeners) {}

    open(): void {
        if (this.source || this.over) return;
        const source = new EventSource(this.address);
        this.source = source;
        source.onopen = () => {
            window.clearTimeout(this.away);
            this.away = undefined;
            this.show("on", "live");
            this.listeners.metrics([]);
            this.listeners.output();
        };
        source.onerror = () => {
            const since = new Date().toLocaleTimeString();
            this.away ??= window.setTimeout(() => this.show("off", `reconnecting, stale since ${since}`), awayMax);
        };
        source.addEventListener("change", event => this.take(JSON.parse((event as MessageEvent<string>).data) as Change));
    }

    seen(visible: boolean): void {
        window.clearTimeout(this.leaving);
        if (visible) this.open(); else this.leaving = window.setTimeout(() => this.close(), hiddenMax);
    }

    private close(): void {
        this.source?.close();
        this.source = null;
        window.clearTimeout(this.away);
        this.away = undefined;
        this.show("wait", "");
    }

    private take(change: Change): void {
        if (change.what === "metrics") this.listeners.metrics(change.names ?? []);
        if (change.what === "output") this.listeners.output();
        if (change.what === "state" && change.state) this.become(change.state);
    }

    private become(state: string): void {
        const label = document.querySelector<HTMLElement>("[data-run-state]");
        if (label) {
            label.className = `state ${state}`;
            label.textContent = state;
        }
        if (state === "running") return;
        this.over = true;
        this.close();
        document.querySelector("[data-since]")?.removeAttribute("data-since");
        this.listeners.metrics([]);
        this.listeners.output();
    }

    private show(live: string, text: string): void {
        this.dot.dataset["live"] = live;
        this.dot.textContent = text;
    }
}

/** The time that a running run has taken, until it ends. */
function tick(): void {
    const clock = document.querySelector<HTMLElement>("[data-since]");
    if (!clock) return;
    clock.textContent = lasted(Math.max(0, Math.floor((Date.now() - Number(clock.dataset["since"])) / 1000)));
    setTimeout(tick, 1000);
}

/** The two largest units, as the server writes them (`Shown.duration`). */
function lasted(seconds: number): string {
    const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
    if (days > 0) return `${days} d ${hours} h`;
    if (hours > 0) return `${hours} h ${minutes} min`;
    return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
