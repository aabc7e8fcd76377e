"""Takes work from the queue and writes the results to the database."""

import json
import os
import signal
import sys
import time

import pika
import psycopg2

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def again(call):
    for _ in range(100):
        try:
            return call()
        except (pika.exceptions.AMQPError, psycopg2.OperationalError, OSError):
            time.sleep(0.3)
    sys.exit("it is not there")


database = again(lambda: psycopg2.connect(os.environ["DATABASE_URL"]))
database.autocommit = True
cursor = database.cursor()
cursor.execute("create table if not exists results (job text, number int, square bigint)")
link = again(lambda: pika.BlockingConnection(pika.ConnectionParameters(os.environ["AMQP_HOST"])))
channel = link.channel()
channel.queue_declare("jobs", durable=True)
channel.basic_qos(prefetch_count=10)


def work(channel, method, _properties, body):
    task = json.loads(body)
    values = (task["job"], task["number"], task["number"] ** 2)
    cursor.execute("insert into results values (%s, %s, %s)", values)
    channel.basic_ack(method.delivery_tag)


channel.basic_consume("jobs", work)
print("waiting for work", flush=True)
channel.start_consuming()
