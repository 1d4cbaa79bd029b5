// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOSSL

/// TLS of the manager's port: 1.3 only, with a certificate of its own authority; agents
/// show theirs, and whoever enrols has none yet.
enum ManagerTLS {
    /// - Throws: ``FleetError`` `tls`.
    static func configuration(
        _ authority: Authority,
        names: [String],
        at seconds: Int64
    ) throws -> TLSConfiguration {
        let (key, certificate) = try authority.issueManager(names: names, at: seconds)
        do {
            let root = try NIOSSLCertificate(bytes: [UInt8](authority.pem.utf8), format: .pem)
            let own = try NIOSSLCertificate(bytes: [UInt8](certificate.utf8), format: .pem)
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: [.certificate(own)],
                privateKey: .privateKey(
                    try NIOSSLPrivateKey(bytes: [UInt8](key.utf8), format: .pem)
                )
            )
            tls.minimumTLSVersion = .tlsv13
            tls.trustRoots = .certificates([root])
            // What is shown must be ours and of today; that something is shown, each
            // route asks for itself.
            tls.certificateVerification = .optionalVerification
            tls.applicationProtocols = ["http/1.1"]
            return tls
        } catch {
            throw FleetError(.tls, "cannot set up TLS for agents", cause: error)
        }
    }
}
