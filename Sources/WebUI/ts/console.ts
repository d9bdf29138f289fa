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
        const follows = target.scrollTop + target.clientHeight >= target.scrollHeight - 40;
        for (const line of body.lines) {
            const piece = document.createElement("span");
            if (line.stderr) piece.className = "err";
            piece.textContent = line.text;
            target.append(piece);
            next = Math.max(next, line.offset + 1);
        }
        if (follows) target.scrollTop = target.scrollHeight;
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
