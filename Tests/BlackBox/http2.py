"""A receiver that speaks HTTP/2 and nothing else: TLS, ALPN `h2`, streams beside each other on one connection."""

import ssl
import threading
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded
from receiver import Delivery

READ_BYTES = 65_536


class Receiver2:
    """Answers 200 to every request. `connections` counts those that were opened, `deliveries` keeps what came."""

    def __init__(self, certificate: tuple[Path, Path]):
        self.deliveries: list[Delivery] = []
        self.connections = 0
        self._lock = threading.Lock()
        receiver = self
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        context.set_alpn_protocols(["h2"])

        class Handler(BaseRequestHandler):
            def handle(self):
                with receiver._lock:
                    receiver.connections += 1
                channel = context.wrap_socket(self.request, server_side=True)
                with channel:
                    receiver._serve(channel)

        class Sink(ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self._server = Sink(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> "Receiver2":
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str = "/hook") -> str:
        return f"https://localhost:{self._server.server_address[1]}{path}"

    def _serve(self, channel: ssl.SSLSocket) -> None:
        session = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        session.initiate_connection()
        channel.sendall(session.data_to_send())
        streams: dict[int, tuple[dict[str, str], bytearray]] = {}
        while data := channel.recv(READ_BYTES):
            for event in session.receive_data(data):
                match event:
                    case RequestReceived():
                        streams[event.stream_id] = (dict(event.headers), bytearray())
                    case DataReceived():
                        streams[event.stream_id][1].extend(event.data)
                        session.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    case StreamEnded():
                        headers, body = streams.pop(event.stream_id)
                        with self._lock:
                            self.deliveries.append(Delivery(headers[":path"], headers, bytes(body)))
                        session.send_headers(event.stream_id, [(":status", "200")], end_stream=True)
            channel.sendall(session.data_to_send())
