// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon

/// Flags on the dashboard and the API.
struct WebOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the dashboard and the API listen: PORT, HOST, HOST:PORT, :PORT for all "
                + "addresses, or off. Elsewhere than on loopback only with TLS. "
                + "(default: JAGA_LISTEN, else 127.0.0.1:9696)",
            valueName: "address"
        )
    )
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "PEM file of the server's certificate chain. (default: JAGA_TLS_CERT, else a "
                + "certificate that Jaga makes, whose fingerprint it prints)",
            valueName: "file"
        )
    )
    var tlsCert: String?

    @Option(
        help: ArgumentHelp(
            "PEM file of that certificate's key. (default: JAGA_TLS_KEY)",
            valueName: "file"
        )
    )
    var tlsKey: String?

    @Option(
        name: .customLong("server-name"),
        help: ArgumentHelp(
            "Another name that browsers call this server by, such as a proxy's; repeatable.",
            valueName: "name"
        )
    )
    var names: [String] = []

    func validate() throws {
        let address = listen ?? HostEnvironment.variables["JAGA_LISTEN"]
        if let address, WebSettings.Listen(address) == nil {
            throw ValidationError(
                "cannot listen on \"\(address)\": give PORT, HOST, HOST:PORT, :PORT or off"
            )
        }
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together")
        }
    }

    /// What flags and environment say, flags first.
    var settings: WebSettings {
        var settings = WebSettings()
        let address = listen ?? HostEnvironment.variables["JAGA_LISTEN"]
        // Validated above.
        settings.listen = address.flatMap(WebSettings.Listen.init) ?? .standard
        settings.certificate = certificate
        settings.key = key
        settings.names = names
        return settings
    }

    private var certificate: String? { tlsCert ?? HostEnvironment.variables["JAGA_TLS_CERT"] }
    private var key: String? { tlsKey ?? HostEnvironment.variables["JAGA_TLS_KEY"] }
}
