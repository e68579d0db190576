#!/usr/bin/env python3
"""Prints how the jobs of the tenant acme end.  pip install pika;  GILDHALL_AMQP_URL=amqp://… python3 consume.py"""

import json
import os
from collections import OrderedDict

import pika

QUEUE = "integrator.acme"
KEYS = ["acme.video.completed", "acme.video.failed"]
REMEMBERED = 10_000  # ids of events; in earnest keep them where your results are, in one transaction with those

seen = OrderedDict()


def handle(channel, method, properties, body):
    headers = properties.headers or {}
    event = headers["cloudEvents_id"]
    if event in seen:
        print(f"{event} came again", flush=True)
    else:
        report(headers["cloudEvents_type"], json.loads(body))
        seen[event] = True
        if len(seen) > REMEMBERED:
            seen.popitem(last=False)
    # Last: if this process dies before, the event comes again.
    channel.basic_ack(method.delivery_tag)


def report(kind, data):
    if kind == "video.completed":
        video = data["output"]["video"]
        told = f"{video['key']}, {video['bytes']} bytes, {data['output']['duration_ms'] / 1000} s"
    else:
        told = f"{data['failure']['code']}: {data['failure']['message']}"
    print(f"{kind} {data['job_id']} {data['metadata']} {told}", flush=True)


def main():
    parameters = pika.URLParameters(os.environ.get("GILDHALL_AMQP_URL", "amqp://localhost"))
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        # Durable, and it stays when this process ends: events gather in it until they are taken.
        channel.queue_declare(QUEUE, durable=True)
        for key in KEYS:
            channel.queue_bind(QUEUE, "gildhall.events", key)
        channel.basic_qos(prefetch_count=50)
        channel.basic_consume(QUEUE, handle)
        print(f"waiting for {', '.join(KEYS)}", flush=True)
        try:
            channel.start_consuming()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
