"""One HTTP connection, byte by byte in our hands."""
import json
import socket


class Connection:
    def __init__(self, server):
        self.server = server
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.answers = self.socket.makefile("rb")

    def request(self, method: str, path: str, body=None, **headers) -> bytes:
        """A request's bytes. A header that is `None` is left out."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {"Host": "x", "Authorization": self.server.key, "Content-Length": str(len(data)), **headers}
        lines = [f"{method} {path} HTTP/1.1"] + [f"{name}: {value}" for name, value in fields.items() if value is not None]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + data

    def send(self, *pieces: bytes) -> None:
        self.socket.sendall(b"".join(pieces))

    def answer(self) -> tuple:
        """Status, headers and body of the next answer; the status is `None` when there is none any more."""
        line, headers = self.answers.readline(), {}
        if not line:
            return None, {}, b""
        while field := self.answers.readline().strip():
            name, value = field.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        return int(line.split()[1]), headers, self.answers.read(int(headers.get("content-length", "0")))

    def statuses(self, count: int) -> list:
        return [self.answer()[0] for _ in range(count)]
