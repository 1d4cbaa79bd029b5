// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The HTTP server: API, sign-in, live streams, the dashboard's files.
package struct JagaServer: Sendable {
    /// What an operator is told when the server listens.
    package struct Address: Sendable, Hashable {
        /// `http://127.0.0.1:9696`, without a slash at the end.
        package let url: String
        package let port: Int
        /// Where the first user sets a password, once; nil when that is done.
        package let setupLink: String?
        /// SHA-256 of the certificate, as `AB:CD:…`; nil without TLS.
        package let fingerprint: String?

        package init(url: String, port: Int, setupLink: String?, fingerprint: String?) {
            self.url = url
            self.port = port
            self.setupLink = setupLink
            self.fingerprint = fingerprint
        }
    }

    private let configuration: WebConfiguration
    private let services: Services

    package init(_ configuration: WebConfiguration, services: Services) {
        self.configuration = configuration
        self.services = services
    }

    /// Serves until the task is cancelled.
    ///
    /// `listening` is called once, when connections are taken.
    ///
    /// - Throws: ``WebServerError``.
    package func run(listening: @escaping @Sendable (Address) -> Void) async throws {}
}
