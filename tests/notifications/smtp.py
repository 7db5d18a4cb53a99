"""A mail server for tests: real SMTP on a real socket, with answers that the test chooses."""

import socketserver
import threading
from email import message_from_bytes, policy


class MailServer:
    """Takes what it is told to take. `answers` maps a word of SMTP (RCPT, DATA, QUEUED, …) to its answer."""

    def __init__(self):
        self.letters: list[tuple[str, bytes]] = []
        self.answers: dict[str, str] = {}
        outer = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self):
                outer.converse(self.rfile, self.wfile)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation, bind_and_activate=True)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def parsed(self) -> list:
        return [message_from_bytes(content, policy=policy.default) for _recipient, content in self.letters]

    def converse(self, heard, said) -> None:
        def say(word: str, usual: str) -> bool:
            answer = self.answers.get(word, usual)
            if answer == "hang up":
                return False
            said.write(answer.encode() + b"\r\n")
            return answer[0] in "23"

        recipient = ""
        say("HELLO", "220 here")
        for line in heard:
            word = line.split()[0].upper().decode() if line.split() else ""
            if word == "DATA":
                if say("DATA", "354 go on"):
                    content = b"".join(iter(heard.readline, b".\r\n"))
                    if self.answers.get("QUEUED") == "hang up":
                        return
                    if say("QUEUED", "250 taken"):
                        self.letters.append((recipient, content))
            elif word == "RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                if not say("RCPT", "250 ok") and self.answers.get("RCPT") == "hang up":
                    return
            else:
                say(word, "221 bye" if word == "QUIT" else "250 ok")
                if word == "QUIT":
                    return
