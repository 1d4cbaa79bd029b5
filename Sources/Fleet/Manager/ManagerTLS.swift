// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOSSL
import Synchronization

/// TLS of the manager's port: 1.3 only, with a certificate of its own authority; agents
/// show theirs, and whoever enrols has none yet.
///
/// The certificate is made anew while the manager runs, when a third of its time is left:
/// connections that stand keep the old one, new ones see the new one.
package final class ManagerTLS: Sendable {
    private struct State {
        var certificate: String
        var times: CertificateTimes
        var shown: NIOSSLContextConfigurationOverride
    }

    private let authority: Authority
    private let names: [String]
    private let state: Mutex<State>

    /// Makes the first certificate, at a time in seconds since the epoch.
    ///
    /// - Throws: ``FleetError`` `tls`.
    package init(_ authority: Authority, names: [String], at seconds: Int64) throws {
        self.authority = authority
        self.names = names
        state = Mutex(try Self.make(authority, names, seconds))
    }

    /// The certificate that new connections see, as PEM.
    package var certificate: String { state.withLock { $0.certificate } }

    /// Makes the certificate anew when it is due; says whether it was.
    ///
    /// - Throws: ``FleetError`` `tls`; the old one stays.
    package func renewIfDue(at seconds: Int64) throws -> Bool {
        guard state.withLock({ $0.times.isDue(at: seconds) }) else { return false }
        let made = try Self.make(authority, names, seconds)
        state.withLock { $0 = made }
        return true
    }

    private static func make(
        _ authority: Authority,
        _ names: [String],
        _ seconds: Int64
    ) throws -> State {
        let (key, certificate) = try authority.issueManager(names: names, at: seconds)
        do {
            var shown = NIOSSLContextConfigurationOverride()
            shown.certificateChain = [
                .certificate(try NIOSSLCertificate(bytes: [UInt8](certificate.utf8), format: .pem))
            ]
            shown.privateKey = .privateKey(
                try NIOSSLPrivateKey(bytes: [UInt8](key.utf8), format: .pem)
            )
            return State(
                certificate: certificate,
                times: try CertificateTimes(pem: certificate),
                shown: shown
            )
        } catch {
            throw FleetError(.tls, "cannot set up TLS for agents", cause: error)
        }
    }

    /// What the port is set up with.
    ///
    /// - Throws: ``FleetError`` `tls`.
    func configuration() throws -> TLSConfiguration {
        let first = state.withLock { $0.shown }
        guard let chain = first.certificateChain, let key = first.privateKey else {
            preconditionFailure("a certificate is made with its key")
        }
        var tls = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        do {
            tls.trustRoots = .certificates([
                try NIOSSLCertificate(bytes: [UInt8](authority.pem.utf8), format: .pem)
            ])
        } catch {
            throw FleetError(.tls, "cannot set up TLS for agents", cause: error)
        }
        tls.minimumTLSVersion = .tlsv13
        // What is shown must be ours and of today; that something is shown, each route asks
        // for itself.
        tls.certificateVerification = .optionalVerification
        tls.applicationProtocols = ["http/1.1"]
        tls.sslContextCallback = { [self] _, promise in
            promise.succeed(state.withLock { $0.shown })
        }
        return tls
    }
}
