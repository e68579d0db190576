#!/usr/bin/env node
// Prints how the jobs of the tenant acme end.  npm install amqplib;  GILDHALL_AMQP_URL=amqp://… node consume.mjs

import amqp from "amqplib";

const QUEUE = "integrator.acme";
const KEYS = ["acme.video.completed", "acme.video.failed"];
const REMEMBERED = 10_000; // ids of events; in earnest keep them where your results are, in one transaction with those

const seen = new Set();

function handle(channel, message) {
  if (message === null) throw new Error("the broker ended the subscription");
  const headers = message.properties.headers;
  const event = headers.cloudEvents_id;
  if (seen.has(event)) {
    console.log(`${event} came again`);
  } else {
    report(headers.cloudEvents_type, JSON.parse(message.content.toString("utf8")));
    remember(event);
  }
  // Last: if this process dies before, the event comes again.
  channel.ack(message);
}

function remember(event) {
  seen.add(event);
  // A Set keeps the order of insertion: the first one is the oldest.
  if (seen.size > REMEMBERED) seen.delete(seen.values().next().value);
}

function report(kind, data) {
  const told =
    kind === "video.completed"
      ? `${data.output.video.key}, ${data.output.video.bytes} bytes, ${data.output.duration_ms / 1000} s`
      : `${data.failure.code}: ${data.failure.message}`;
  console.log(`${kind} ${data.job_id} ${JSON.stringify(data.metadata)} ${told}`);
}

const connection = await amqp.connect(process.env.GILDHALL_AMQP_URL ?? "amqp://localhost");
// Without a listener a lost connection is an exception; a service connects again here, after a wait that grows.
connection.on("error", (error) => console.error(`the connection was lost: ${error.message}`));
connection.on("close", () => process.exit());
const channel = await connection.createChannel();
// Durable, and it stays when this process ends: events gather in it until they are taken.
await channel.assertQueue(QUEUE, { durable: true });
for (const key of KEYS) await channel.bindQueue(QUEUE, "gildhall.events", key);
await channel.prefetch(50);
await channel.consume(QUEUE, (message) => handle(channel, message));
console.log(`waiting for ${KEYS.join(", ")}`);
process.once("SIGINT", () => connection.close());
