// Follows the console output while the reader is at its end.
interface Line {
    offset: number;
    stderr: boolean;
    text: string;
}

export function startConsole(): { refresh(): void } {
    const box = document.querySelector<HTMLElement>("[data-console]");
    const address = box?.dataset["console"];
    if (!box || !address) return { refresh: () => undefined };
    let next = Number(box.dataset["next"] ?? "0");
    let busy = false;
    let again = false;
    box.scrollTop = box.scrollHeight;

    async function load(target: HTMLElement): Promise<void> {
        const answer = await fetch(`${address}?from=${next}`);
        if (!answer.ok) return;
        const body = (await answer.json()) as { lines: Line[] };
        if (body.lines.length === 0) return;
        document.querySelector("[data-no-output]")?.remove();
        const follows = target.scrollTop + target.clientHeight >= target.scrollHeight - 40;
        for (const line of body.lines) {
            append(target, line);
            next = Math.max(next, line.offset + 1);
        }
        while (target.childElementCount > piecesMax) target.firstElementChild?.remove();
        if (follows) target.scrollTop = target.scrollHeight;
        if (body.lines.length >= 1000) again = true;
    }

    function refresh(): void {
        if (!box) return;
        if (busy) { again = true; return; }
        busy = true;
        void load(box).catch(() => undefined).finally(() => {
            busy = false;
            if (again) { again = false; refresh(); }
        });
    }
    return { refresh };
}

/** As many as the server shows; more would make the page slow. */
const piecesMax = 5000;

function append(target: HTMLElement, line: Line): void {
    const text = plain(line.text);
    const last = target.lastElementChild;
    // A progress bar writes over itself.
    if (line.text.startsWith("\r") && last && !(last.textContent ?? "").endsWith("\n")) last.remove();
    const piece = document.createElement("span");
    if (line.stderr) piece.className = "err";
    piece.textContent = text;
    target.append(piece);
}

/** Without colours and moves of a terminal's cursor; of what was written over itself, the last (`ConsoleText`). */
function plain(text: string): string {
    return text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?/g, "").replace(/\r+\n/g, "\n")
        .split("\n").map(line => line.replace(/\r+$/, "")).map(line => line.slice(line.lastIndexOf("\r") + 1)).join("\n");
}
