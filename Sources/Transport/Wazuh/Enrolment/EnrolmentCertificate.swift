// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FoundationEssentials
import Glibc
import NIOCore
import SwiftASN1
import X509

/// The certificate of the port for enrolment, made when there is none; all of it blocks.
///
/// Signed by itself, as the one that Wazuh makes when it is installed: agents ask for
/// nothing more, and those that do can be given this very file as their authority.
/// Source: around-the-engine.md §4.1.
struct EnrolmentCertificate {
    /// Ten years: agents that know it by its file must not be cut off by a new one.
    private static let days = 3_650.0

    private let certificate: String
    private let key: String
    private let name: String

    /// `name` is the manager's own.
    init(_ enrolment: ManagerConfiguration.Enrolment, name: String) {
        certificate = enrolment.certificate
        key = enrolment.key
        self.name = name
    }

    /// Makes both files when neither is there; one alone is its owner's mistake, which
    /// listening then says.
    ///
    /// - Throws: ``TransportError`` `tls`, `keyFile`.
    func prepare(at seconds: Int64) throws {
        guard access(certificate, F_OK) != 0, access(key, F_OK) != 0 else { return }
        let privateKey = P256.Signing.PrivateKey()
        let made: String
        do {
            let now = Date(timeIntervalSince1970: Double(seconds))
            made = try make(privateKey, at: now).serializeAsPEM().pemString + "\n"
        } catch {
            throw TransportError(
                .tls,
                "cannot make the certificate \(certificate) for agents to enrol",
                cause: error
            )
        }
        let keyText = privateKey.pemRepresentation + "\n"
        try SmallFile.replace(key, with: Array(keyText.utf8), mode: 0o600)
        try SmallFile.replace(certificate, with: Array(made.utf8), mode: 0o644)
    }

    private func make(_ key: P256.Signing.PrivateKey, at now: Date) throws -> Certificate {
        let subject = try DistinguishedName { CommonName(String(name.prefix(64))) }
        let names = [GeneralName.dnsName(name), .dnsName("localhost")] + Self.ownAddresses()
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: now.addingTimeInterval(-3_600),
            notValidAfter: now.addingTimeInterval(Self.days * 86_400),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
    }

    /// Addresses of the machine; none when the system does not tell.
    private static func ownAddresses() -> [GeneralName] {
        let devices = (try? System.enumerateDevices()) ?? []
        let texts = Set(devices.compactMap { $0.address?.ipAddress })
        return texts.sorted().compactMap { text in
            guard let bytes = RegisteredAddress.bytes(of: text) else { return nil }
            return .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
        }
    }
}
