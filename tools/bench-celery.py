#!/usr/bin/env python3
"""Celery with RabbitMQ and results in PostgreSQL, doing nothing as fast as it can: the peer of `make bench-fleet`.

    cargo bench --bench fleet -- --celery          makes a virtual environment, starts services, and runs this
    BENCH_AMQP_URL=amqp://… BENCH_DATABASE_URL=postgres://… tools/bench-celery.py [TASKS [ROUNDS]]

Set as one would for work that must not be lost: late acknowledgements, a prefetch of one, persistent messages with
publisher confirms, results stored. It submits TASKS (3000) tasks, each with the sample job as its argument, from four
processes; then a worker with two processes does them; then ROUNDS (200) further ones go one at a time. Waiting for a
result means asking for its row once a millisecond on an open connection, which is quicker than Celery's own `get`,
so its latency is if anything told too low. Prints a line of JSON.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

try:
    import psycopg2
    from celery import Celery
    from celery import __version__ as version
except ImportError as error:
    sys.exit(f"bench-celery: {error}; pip install 'celery>=5,<6' psycopg2-binary sqlalchemy")

PRODUCERS = 4
WORKER_PROCESSES = 2
WARM_UP = 10
PATIENCE_S = 300
JOB = Path(__file__).resolve().parent.parent / "assets" / "job.json"
AMQP_URL = os.environ.get("BENCH_AMQP_URL") or sys.exit(__doc__)
DATABASE_URL = os.environ.get("BENCH_DATABASE_URL") or sys.exit(__doc__)

app = Celery(
    "peer",
    broker=AMQP_URL,
    backend="db+postgresql+psycopg2://" + DATABASE_URL.split("://", 1)[1],
)
app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={"confirm_publish": True},
    broker_connection_retry_on_startup=True,
)


@app.task(name="nothing")
def nothing(job):
    """What Gildhall's workers do with --pretend-ms 0."""


def produce(count, job, start):
    """Submits `count` tasks, all but the first, which opens the connection, once everybody is ready to."""
    nothing.delay(job)
    start.wait()
    for _ in range(count - 1):
        nothing.delay(job)


def submits_per_s(tasks, job):
    """The rate of PRODUCERS processes together."""
    start = multiprocessing.Barrier(PRODUCERS + 1)
    shares = [tasks // PRODUCERS] * PRODUCERS
    shares[0] += tasks % PRODUCERS
    producers = [multiprocessing.Process(target=produce, args=(share, job, start)) for share in shares]
    for producer in producers:
        producer.start()
    start.wait()
    began = time.perf_counter()
    for producer in producers:
        producer.join()
    took_s = time.perf_counter() - began
    if any(producer.exitcode for producer in producers):
        sys.exit("bench-celery: a producer failed")
    return (tasks - PRODUCERS) / took_s


def query(database, sql, *values):
    """The one row of a query; nothing while the table is not there."""
    with database.cursor() as cursor:
        try:
            cursor.execute(sql, values)
        except psycopg2.errors.UndefinedTable:
            return None
        return cursor.fetchone()


def wait_for(what, worker, pause_s, look):
    """Asks until there is an answer."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := look()) is None:
        if worker.poll() is not None:
            sys.exit("bench-celery: the worker has ended")
        if time.monotonic() > deadline:
            sys.exit(f"bench-celery: {what} within {PATIENCE_S} s")
        time.sleep(pause_s)
    return found


def jobs_per_s(database, worker, tasks):
    """From the first result to the last, so that the worker's start does not count."""
    sql = "SELECT extract(epoch FROM max(date_done) - min(date_done)) FROM celery_taskmeta HAVING count(*) >= %s"
    row = wait_for("not all tasks were done", worker, 0.25, lambda: query(database, sql, tasks))
    return (tasks - 1) / float(row[0])


def latencies_ms(database, worker, rounds, job):
    """Milliseconds from before a submission until its result is in the table, one after another."""
    sql = "SELECT 1 FROM celery_taskmeta WHERE task_id = %s AND status = 'SUCCESS'"
    found = []
    # The first ones open connections.
    for _ in range(WARM_UP + rounds):
        began = time.perf_counter()
        task = nothing.delay(job)
        wait_for("no result", worker, 0.001, lambda: query(database, sql, task.id))
        found.append((time.perf_counter() - began) * 1e3)
    return sorted(found[WARM_UP:])


def start_worker():
    """A worker without the chatter between workers, which has no use where there is one."""
    command = [sys.executable, __file__, "worker", "--pool=prefork", f"--concurrency={WORKER_PROCESSES}"]
    command += ["--loglevel=WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    # Where this is run as root, so is the worker: it has nothing but private services to spoil.
    environment = os.environ | {"PYTHONWARNINGS": "ignore", "C_FORCE_ROOT": "true"}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)


def measure(tasks, rounds):
    """All of it."""
    job = json.loads(JOB.read_text())
    submits = submits_per_s(tasks, job)
    database = psycopg2.connect(DATABASE_URL)
    database.autocommit = True
    worker = start_worker()
    try:
        jobs = jobs_per_s(database, worker, tasks)
        latencies = latencies_ms(database, worker, rounds, job)
    finally:
        worker.terminate()
        worker.wait()
    return {
        "version": version,
        "submits_per_s": submits,
        "jobs_per_s": jobs,
        "p50_ms": latencies[len(latencies) // 2],
        "p99_ms": latencies[len(latencies) * 99 // 100],
    }


def main():
    """A worker, or the measurement."""
    if sys.argv[1:2] == ["worker"]:
        app.worker_main(sys.argv[1:])
        return
    try:
        numbers = [int(word) for word in sys.argv[1:]]
    except ValueError:
        sys.exit(__doc__)
    tasks, rounds = (numbers + [3000, 200][len(numbers) :])[:2]
    print(json.dumps(measure(tasks, rounds)), flush=True)


if __name__ == "__main__":
    main()
