// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What is read and made before the server can listen; all of it blocks.
struct Preparation: Sendable {
    let address: ListenAddress
    let certificate: ServerCertificate?
    let files: StaticFiles
    /// The token of a new one-time link; nil when an administrator has a
    /// password.
    let setupToken: String?

    /// - Throws: ``WebServerError``.
    init(_ configuration: WebConfiguration, hostname: String, clock: WallClock) throws {
        address = try ListenAddress(host: configuration.host, port: configuration.port)
        let usual: WebConfiguration.Encryption = address.isLoopback ? .none : .selfMade
        certificate = try Self.certificate(
            configuration.encryption ?? usual,
            configuration,
            address,
            (hostname, clock.timestamp.seconds)
        )
        files = try StaticFiles(dashboard: configuration.dashboard, chart: configuration.chart)
        setupToken = try Self.setup(AccountFile(folder: configuration.state), at: clock.now)
    }

    private static func certificate(
        _ encryption: WebConfiguration.Encryption,
        _ configuration: WebConfiguration,
        _ address: ListenAddress,
        _ here: (hostname: String, seconds: Int64)
    ) throws -> ServerCertificate? {
        switch encryption {
        case .none:
            guard address.isLoopback else {
                throw WebServerError(
                    .tls,
                    "\(configuration.host) is reached by others, and plain HTTP is only for "
                        + "127.0.0.1: leave TLS on"
                )
            }
            return nil
        case .files(let certificate, let key):
            return try ServerCertificate(certificate: certificate, key: key)
        case .selfMade:
            let host = address.isAny ? [] : [configuration.host]
            let made = SelfMadeCertificate(
                folder: configuration.state + "/tls",
                names: [here.hostname, "localhost"] + configuration.names + host
            )
            try made.prepare(at: here.seconds)
            return try ServerCertificate(certificate: made.certificatePath, key: made.keyPath)
        }
    }

    /// Makes the first user, and a new link as long as no administrator can
    /// sign in.
    private static func setup(_ file: AccountFile, at now: Int64) throws -> String? {
        try file.update { accounts in
            accounts.makeFirstUser(at: now)
            let administrators = accounts.users.filter { $0.role == .administrator }
            guard administrators.allSatisfy({ $0.password == nil }),
                let first = administrators.first
            else { return nil }
            return accounts.makeSetup(for: first.name, at: now)
        }
    }
}
