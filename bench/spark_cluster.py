"""A real Spark cluster on this machine: one master and two workers from the wheel."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 90


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a cluster that ends with the block."""
    import pyspark

    home = Path(pyspark.__file__).parent
    python = {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    environ = {**os.environ, **python, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home)}
    environ |= {"SPARK_DAEMON_MEMORY": "256m", "SPARK_WORKER_DIR": str(folder / "work")}
    os.environ.update(python, SPARK_LOCAL_IP="127.0.0.1")
    port, page, *pages = _free_ports(4)
    spark_class = str(home / "bin" / "spark-class")
    address = f"spark://127.0.0.1:{port}"
    worker = [spark_class, "org.apache.spark.deploy.worker.Worker", "--cores", "1", "--memory", "1200m", "--host",
              "127.0.0.1"]  # fmt: skip
    master = [spark_class, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port)]
    commands = [[*master, "--webui-port", str(page)]]
    commands += [[*worker, "--webui-port", str(number), address] for number in pages]
    started: list[subprocess.Popen[bytes]] = []
    with (folder / "cluster.log").open("wb") as log:
        try:
            for command in commands:
                started.append(subprocess.Popen(command, env=environ, stdout=log, stderr=log))
                _wait(port)
            yield address
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                process.wait(timeout=20)


def _wait(port: int) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("the cluster did not start")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
