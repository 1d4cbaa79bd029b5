// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FoundationEssentials
import Glibc
import HostFiles
import NIOSSL

/// The certificate that the server shows, and its key.
struct ServerCertificate: Sendable {
    let tls: TLSConfiguration
    /// SHA-256 of the certificate, as `AB:CD:…`.
    let fingerprint: String

    private static let sizeLimit = 1 << 20

    /// Reads a chain and its key from PEM; it blocks.
    ///
    /// - Throws: ``WebServerError`` `tls`.
    init(certificate: String, key: String) throws {
        let chainBytes = try WholeFile.bytes(of: certificate, limit: Self.sizeLimit, failing: .tls)
        let keyBytes = try WholeFile.bytes(of: key, limit: Self.sizeLimit, failing: .tls)
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(chainBytes)
            guard let leaf = chain.first else {
                throw WebServerError(.tls, "\(certificate) holds no certificate in PEM form")
            }
            let digest = SHA256.hash(data: try leaf.toDERBytes())
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: keyBytes, format: .pem))
            )
            tls.minimumTLSVersion = .tlsv12
            tls.applicationProtocols = ["http/1.1"]
            // Tells now whether the key is the certificate's.
            _ = try NIOSSLContext(configuration: tls)
            self.tls = tls
            fingerprint = Self.text(Array(digest))
        } catch let error as WebServerError {
            throw error
        } catch {
            throw WebServerError(
                .tls,
                "\(certificate) and \(key) are no certificate and its key in PEM form",
                cause: error
            )
        }
    }

    private static func text(_ digest: [UInt8]) -> String {
        digest.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}
