// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOSSL

/// TLS of the port on which agents enrol.
///
/// Source: around-the-engine.md §4.1.
enum EnrolmentTLS {
    /// What Wazuh's agents and managers use up to TLS 1.2, without what has no
    /// forward secrecy.
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"

    /// The manager's side.
    ///
    /// - Throws: ``TransportError`` `tls`.
    static func server(_ enrolment: ManagerConfiguration.Enrolment) throws -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(enrolment.certificate)
            let key = try NIOSSLPrivateKey(file: enrolment.key, format: .pem)
            var settings = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            settings.minimumTLSVersion = .tlsv12
            settings.cipherSuites = ciphers
            if let authority = enrolment.agentAuthority {
                settings.trustRoots = .file(authority)
                // Of a server, "full" is the address that the other side comes from.
                settings.certificateVerification =
                    enrolment.verifiesAgentAddress ? .fullVerification : .noHostnameVerification
            }
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw TransportError(
                .tls,
                "cannot use the certificate \(enrolment.certificate) and its key "
                    + "\(enrolment.key) for agents to enrol",
                cause: error
            )
        }
    }
}
