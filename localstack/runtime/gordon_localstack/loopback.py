"""LocalStack's own server listens on every address whatever GATEWAY_LISTEN says, and who can reach it can run code here."""

from localstack.runtime.server.twisted import TwistedRuntimeServer
from rolo.serving.twisted import TwistedGateway
from twisted.internet import reactor


class LoopbackServer(TwistedRuntimeServer):
    def register(self, gateway, listen, ssl_creds=None):
        site = TwistedGateway(gateway)
        for address in listen:
            # Not through an endpoint: its failure to listen is a Deferred that nobody looks at.
            reactor.listenTCP(address.port, site, interface="127.0.0.1")
