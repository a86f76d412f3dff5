"""A sender of standard camera data with as many rows as asked, in a process of its own."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

CAP = 1000


def item(number: int) -> dict[str, str]:
    """One camera site in the standard data's field names; synthetic."""
    return {
        "institutionNm": "부산광역시 중구청",
        "rdnmadr": f"부산광역시 중구 합성로 {number}",
        "lnmadr": f"부산광역시 중구 합성동 {number}",
        "instlPurps": "생활방범",
        "cameraCo": str(number % 4 + 1),
        "cameraPixel": "200",
        "shootingDrc": "360도",
        "saveDe": "30",
        "installationYm": "2019-05",
        "phoneNumber": "051-000-0000",
        "latitude": f"{35.09 + number % 1000 / 1e5:.6f}",
        "longitude": f"{129.02 + number % 1000 / 1e5:.6f}",
        "referenceDate": "2024-12-31",
        "insttCode": "3250000",
        "insttNm": "부산광역시 중구",
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rows = 0

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        size = min(int(query.get("numOfRows", "10")), CAP)
        first = (int(query.get("pageNo", "1")) - 1) * size
        items = [item(number) for number in range(first, min(first + size, self.rows))]
        answer = {
            "response": {
                "header": {"resultCode": "00", "resultMsg": "NORMAL_SERVICE", "type": "json"},
                "body": {"items": items, "totalCount": str(self.rows), "numOfRows": str(size)},
            }
        }
        body = json.dumps(answer, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve `rows` rows; print the port, then run until ended."""
    _Handler.rows = int(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
