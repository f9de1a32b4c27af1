"""What LocalStack finds by entry point. Imports wait until a plugin is loaded: LocalStack lists plugins at each start."""

from localstack.runtime.server.core import RuntimeServerPlugin
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class NodeProcessPlugin(RuntimeExecutorPlugin):
    name = "node-process"

    def load(self, *args, **kwargs):
        from gordon_localstack.executor import NodeProcessExecutor

        return NodeProcessExecutor


class LoopbackServerPlugin(RuntimeServerPlugin):
    name = "loopback"

    def load(self, *args, **kwargs):
        from gordon_localstack.loopback import LoopbackServer

        return LoopbackServer()
