#!/usr/bin/env python3
"""Somebody who writes while the service is upgraded: traffic.py URL CA-FILE SENDER RECEIVER PASSWORD

Sends about eight messages a second until its standard input ends, each under its own Idempotency-Key and again until it is
acknowledged, as a good client does. Then reads the receiver's whole inbox. Fails unless every acknowledged message is there
exactly once, and says how many there were, how often it had to try again, and for how long nobody was answered at most.
"""

import json
import select
import ssl
import sys
import time
import urllib.error
import urllib.request
import uuid

PAUSE = 1 / 8


class Client:
    def __init__(self, url, ca_file, name, password):
        self.url, self.name, self.password = url, name, password
        self.tls = ssl.create_default_context(cafile=ca_file)
        self.token = None

    def ask(self, method, path, body=None, headers=None):
        """The answer, or None where asking again is right: nobody there, or too much to do."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url + path, json.dumps(body).encode() if body else None, headers, method=method)
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 502, 503, 504):
                raise
        except OSError:
            pass
        return None

    def log_in(self):
        self.token = until_answered(lambda: self.ask("POST", "/api/v1/sessions", {"username": self.name, "password": self.password}))[
            "access_token"
        ]


def until_answered(ask):
    while (answer := ask()) is None:
        time.sleep(0.05)
    return answer


def has_ended(stream):
    return bool(select.select([stream], [], [], 0)[0]) and not stream.read(1)


def send_on(sender, receiver):
    sent, again, longest = [], 0, 0.0
    while not has_ended(sys.stdin):
        key, begun = str(uuid.uuid4()), time.monotonic()
        letter = {"to": [receiver], "subject": "under way", "body": f"number {len(sent)}"}
        while (answer := sender.ask("POST", "/api/v1/messages", letter, {"Idempotency-Key": key})) is None:
            again += 1
            time.sleep(0.05)
        longest = max(longest, time.monotonic() - begun)
        sent.append(answer["id"])
        time.sleep(PAUSE)
    return sent, again, longest


def inbox(client):
    items, cursor = [], ""
    while True:
        page = until_answered(lambda: client.ask("GET", f"/api/v1/inbox?cursor={cursor}" if cursor else "/api/v1/inbox"))
        items += [item["message"]["id"] for item in page["items"]]
        cursor = page.get("next")
        if not cursor:
            return items


def arrived(receiver, sent):
    """The inbox, once everything is in it, or after half a minute."""
    deadline = time.monotonic() + 30
    while True:
        there = inbox(receiver)
        if set(sent) <= set(there) or time.monotonic() > deadline:
            return there
        time.sleep(0.2)


def main(url, ca_file, sender, receiver, password):
    writer, reader = Client(url, ca_file, sender, password), Client(url, ca_file, receiver, password)
    writer.log_in()
    sent, again, longest = send_on(writer, receiver)
    reader.log_in()
    there = arrived(reader, sent)
    lost = [one for one in sent if one not in there]
    twice = [one for one in set(there) if there.count(one) > 1]
    print(f"traffic: {len(sent)} acknowledged, {len(lost)} lost, {len(twice)} twice; tried again {again} times, the longest wait {longest:.1f} s")
    if not sent or lost or twice:
        sys.exit(1)


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
