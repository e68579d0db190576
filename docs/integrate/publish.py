#!/usr/bin/env python3
"""Publishes a job message by hand.  pip install pika msgpack;  python3 publish.py TENANT JOB_ID [msgpack|json]

Integrations do not need this: jobs are submitted over HTTP, and the relay publishes their messages. It shows what a message
is, and that one from a stranger can do no harm: docs/integrate/events.md says what becomes of it.
"""

import datetime
import json
import os
import sys

import msgpack
import pika

TYPES = {"msgpack": "application/vnd.msgpack", "json": "application/json"}


def encode(message, encoding):
    return msgpack.packb(message) if encoding == "msgpack" else json.dumps(message).encode()


def main(tenant, job, encoding="msgpack"):
    message = {
        "version": 1,
        "job_id": job,
        "tenant_id": tenant,
        "priority": 4,
        "submitted_at": datetime.datetime.now(datetime.timezone.utc).isoformat(),
    }
    properties = pika.BasicProperties(
        content_type=TYPES[encoding],
        type="gildhall.job.v1",
        message_id=job,
        priority=4,
        delivery_mode=pika.DeliveryMode.Persistent,
    )
    parameters = pika.URLParameters(os.environ.get("GILDHALL_AMQP_URL", "amqp://localhost"))
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        # With mandatory and confirms this fails where no queue takes the message.
        channel.basic_publish("gildhall.jobs", "jobs", encode(message, encoding), properties, mandatory=True)
    print(f"published {message} as {TYPES[encoding]}")


if __name__ == "__main__":
    if not (3 <= len(sys.argv) <= 4 and (sys.argv[3:] or ["json"])[0] in TYPES):
        sys.exit(__doc__)
    main(*sys.argv[1:])
