// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// The manager's own authority: the one that its agents trust, and nobody else.
///
/// ECDSA on P-256, made at the first start, in `authority.pem` and `authority.key` (0600).
/// Whoever has the key can pose as the manager and as any agent.
package struct Authority: Sendable {
    /// How long certificates are good.
    package struct Lifetimes: Sendable, Hashable {
        package var authorityDays = 3_650
        package var managerDays = 397
        package var agentDays = 90

        package init() {}
    }

    private static let sizeLimit = 64 << 10
    /// Certificates begin so much earlier than now, for clocks that are a little slow.
    private static let slowClock = 3_600.0

    private let key: P256.Signing.PrivateKey
    private let certificate: Certificate
    /// The authority's certificate as PEM.
    package let pem: String
    /// SHA-256 of the certificate in DER form, in hexadecimal.
    package let fingerprint: String
    private let lifetimes: Lifetimes

    /// Reads the authority of a folder, or makes it there at a time in seconds since the
    /// epoch; it blocks.
    ///
    /// - Throws: ``FleetError`` `file`, `tls`.
    package init(folder: String, at seconds: Int64, lifetimes: Lifetimes = Lifetimes()) throws {
        let (keyPath, certificatePath) = (folder + "/authority.key", folder + "/authority.pem")
        let texts = try StateFile.locked(folder + "/authority") { () -> (String, String) in
            if let key = try StateFile.read(keyPath, limit: Self.sizeLimit),
                let certificate = try StateFile.read(certificatePath, limit: Self.sizeLimit)
            {
                return (
                    String(decoding: key, as: UTF8.self),
                    String(decoding: certificate, as: UTF8.self)
                )
            }
            let key = P256.Signing.PrivateKey()
            let made = try Self.make(key, at: seconds, lifetimes).serializeAsPEM().pemString + "\n"
            try StateFile.replace(keyPath, with: [UInt8](key.pemRepresentation.utf8))
            try StateFile.replace(certificatePath, with: [UInt8](made.utf8))
            return (key.pemRepresentation, made)
        }
        do {
            key = try P256.Signing.PrivateKey(pemRepresentation: texts.0)
            certificate = try Certificate(pemEncoded: texts.1)
            fingerprint = SecretText.digest(try Self.der(certificate))
        } catch {
            throw FleetError(
                .tls,
                "\(keyPath) and \(certificatePath) are no authority: put back a copy, or remove"
                    + " both and enrol all agents again",
                cause: error
            )
        }
        pem = texts.1
        self.lifetimes = lifetimes
    }

    /// SHA-256 of a certificate's DER form, from PEM.
    ///
    /// - Throws: ``FleetError`` `tls`.
    package static func fingerprint(ofPEM pem: String) throws -> String {
        do {
            return SecretText.digest(try der(try Certificate(pemEncoded: pem)))
        } catch {
            throw FleetError(.tls, "what was sent is no certificate", cause: error)
        }
    }

    private static func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    private static func make(
        _ key: P256.Signing.PrivateKey,
        at seconds: Int64,
        _ lifetimes: Lifetimes
    ) throws -> Certificate {
        let subject = try DistinguishedName {
            CommonName("Jaga fleet \(SecretText.random(bytes: 4))")
        }
        let now = Date(timeIntervalSince1970: Double(seconds))
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: now.addingTimeInterval(-slowClock),
            notValidAfter: now.addingTimeInterval(Double(lifetimes.authorityDays) * 86_400),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
    }

    // MARK: What it signs

    /// A certificate with its digest.
    package struct Issued: Sendable, Hashable {
        package let pem: String
        /// SHA-256 of the DER form, in hexadecimal.
        package let digest: String
    }

    /// An agent's request for a certificate, of which only the key is taken: who the agent
    /// is, the manager says.
    package struct Request: Sendable {
        fileprivate let key: Certificate.PublicKey

        /// Reads PKCS #10 as PEM.
        ///
        /// - Throws: ``FleetError`` `invalidRequest`.
        package init(_ pem: String) throws {
            do {
                let signing = try CertificateSigningRequest(pemEncoded: pem)
                // Only who has the key can have signed the request.
                guard signing.publicKey.isValidSignature(signing.signature, for: signing),
                    P256.Signing.PublicKey(signing.publicKey) != nil
                else {
                    throw FleetError(
                        .invalidRequest,
                        "the request is not signed with its P-256 key"
                    )
                }
                key = signing.publicKey
            } catch let error as FleetError {
                throw error
            } catch {
                throw FleetError(
                    .invalidRequest,
                    "this is no request for a certificate",
                    cause: error
                )
            }
        }
    }

    /// Signs an agent's key.
    ///
    /// - Throws: ``FleetError`` `tls`.
    package func issue(_ request: Request, to id: String, at seconds: Int64) throws -> Issued {
        let purpose = try Certificate.Extensions { try ExtendedKeyUsage([.clientAuth]) }
        return try sign(request.key, name: id, purpose, from: seconds, days: lifetimes.agentDays)
    }

    /// Makes the manager's own key and certificate, for these names and addresses.
    ///
    /// - Throws: ``FleetError`` `tls`.
    package func issueManager(
        names: [String],
        at seconds: Int64
    ) throws -> (key: String, certificate: String) {
        let own = P256.Signing.PrivateKey()
        let alternatives = names.map(Self.generalName)
        let purpose = try Certificate.Extensions {
            try ExtendedKeyUsage([.serverAuth])
            SubjectAlternativeNames(alternatives)
        }
        let issued = try sign(
            Certificate.PublicKey(own.publicKey),
            name: "jaga manager",
            purpose,
            from: seconds,
            days: lifetimes.managerDays
        )
        return (own.pemRepresentation, issued.pem)
    }

    /// Signs a key for what `purpose` says, from a time on.
    private func sign(
        _ key: Certificate.PublicKey,
        name: String,
        _ purpose: Certificate.Extensions,
        from seconds: Int64,
        days: Int
    ) throws -> Issued {
        let now = Date(timeIntervalSince1970: Double(seconds))
        do {
            var extensions = try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
            }
            for one in purpose { try extensions.append(one) }
            let signed = try Certificate(
                version: .v3,
                serialNumber: Certificate.SerialNumber(),
                publicKey: key,
                notValidBefore: now.addingTimeInterval(-Self.slowClock),
                notValidAfter: min(
                    now.addingTimeInterval(Double(days) * 86_400),
                    certificate.notValidAfter
                ),
                issuer: certificate.subject,
                subject: try DistinguishedName { CommonName(name) },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: extensions,
                issuerPrivateKey: Certificate.PrivateKey(self.key)
            )
            let pem = try signed.serializeAsPEM().pemString + "\n"
            return Issued(pem: pem, digest: SecretText.digest(try Self.der(signed)))
        } catch {
            throw FleetError(.tls, "cannot make a certificate for \(name)", cause: error)
        }
    }

    private static func generalName(_ text: String) -> GeneralName {
        guard let bytes = HostAddress.bytes(text) else { return .dnsName(text) }
        return .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
    }
}
