"""LocalStack's side of an execution environment whose function runs in a node process of this machine."""

import json
import time
from datetime import UTC, datetime

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from gordon_localstack.node_process import NodeProcess

INIT_SECONDS = 20.0
ADDRESS = "127.0.0.1"


class NodeProcessExecutor(RuntimeExecutor):
    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self._env: dict[str, str] = {}
        self._process: NodeProcess | None = None
        self._init_ms: float | None = None

    def start(self, env_vars: dict[str, str]) -> None:
        code = self.function_version.config.code
        code.prepare_for_execution()
        self._env = {
            **{name: str(value) for name, value in env_vars.items()},
            "LAMBDA_TASK_ROOT": str(code.get_unzipped_code_location()),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": "/tmp",
            "TZ": "UTC",
        }
        self._init()

    def stop(self) -> None:
        if self._process:
            self._process.kill()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        request, began = payload["invoke-id"], time.monotonic()
        seconds = float(self.function_version.config.timeout)
        lines: list[str] = []
        try:
            if not self._process or not self._process.alive():
                self._init()  # as Lambda does after a crash or a timeout
            lines, error, body = self._run(request, payload, seconds)
        except StatusErrorException as failure:
            error, body = True, failure.payload.decode()
        log = [
            f"START RequestId: {request} Version: {self.function_version.id.qualifier}",
            *lines,
            f"END RequestId: {request}",
            self._report(request, (time.monotonic() - began) * 1000),
        ]
        return InvocationResult(request, body.encode(), is_error=error, logs="\n".join(log))

    def _init(self) -> None:
        began = time.monotonic()
        memory = int(self.function_version.config.memory_size)
        process = self._process = NodeProcess(self._env["LAMBDA_TASK_ROOT"], self._env, memory)
        try:
            said = process.receive(INIT_SECONDS)
        except (TimeoutError, EOFError) as cause:
            ended = isinstance(cause, EOFError)
            said = {"error": failure("Runtime.ExitError" if ended else "Sandbox.Timedout", "the function did not load")}
        if "error" in said:
            process.kill()
            raise StatusErrorException("init error", payload=json.dumps(said["error"]).encode())
        self._init_ms = (time.monotonic() - began) * 1000

    def _run(self, request: str, payload: dict[str, str], seconds: float) -> tuple[list[str], bool, str]:
        """The function's log, whether it failed, and its answer."""
        process = self._process
        try:
            process.send(
                {
                    "id": request,
                    "arn": payload["invoked-function-arn"],
                    "trace": payload.get("trace-id"),
                    "event": payload["payload"],
                    "deadline": (time.time() + seconds) * 1000,
                }
            )
            answer = process.receive(seconds)
        except TimeoutError:
            process.kill()
            words = f"Task timed out after {seconds:.2f} seconds"
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
            body = failure("Sandbox.Timedout", f"RequestId: {request} Error: {words}")
            return [*process.take_log(), f"{now}Z {request} {words}"], True, json.dumps(body)
        except (EOFError, BrokenPipeError):
            words = f"Runtime exited with error: exit status {process.kill()}"
            body = failure("Runtime.ExitError", f"RequestId: {request} Error: {words}")
            return process.take_log(), True, json.dumps(body)
        lines = process.take_log(until=f"END {request}")
        if "error" in answer:
            return lines, True, json.dumps(answer["error"])
        return lines, False, answer["result"]

    def _report(self, request: str, ms: float) -> str:
        memory = self.function_version.config.memory_size
        report = f"REPORT RequestId: {request}\tDuration: {ms:.2f} ms\tMemory Size: {memory} MB"
        init, self._init_ms = self._init_ms, None
        return report if init is None else f"{report}\tInit Duration: {init:.2f} ms"

    def get_logs(self) -> str:
        return "\n".join(self._process.lines) if self._process else ""

    def get_address(self) -> str:
        return ADDRESS

    def get_endpoint_from_executor(self) -> str:
        return ADDRESS

    def get_runtime_endpoint(self) -> str:
        # Other runtimes poll for their invocations; this one receives them.
        return f"http://{ADDRESS}:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        # Versions share their code; LocalStack removes it with the function.
        pass


def failure(error_type: str, message: str) -> dict[str, str]:
    return {"errorType": error_type, "errorMessage": message}
