// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FoundationEssentials
import Glibc
import HostFiles
import NIOCore
import SwiftASN1
import X509

/// A certificate that Jaga makes for itself and keeps, so that its fingerprint
/// stays the same from start to start.
struct SelfMadeCertificate {
    /// Days that it is good; what browsers take at most.
    private static let days = 825
    /// It is made anew so many days before its end.
    private static let marginDays = 30
    private static let sizeLimit = 1 << 20

    /// DATA/state/tls.
    let folder: String
    /// Names that it must have.
    let names: [String]

    var certificatePath: String { folder + "/certificate.pem" }
    var keyPath: String { folder + "/key.pem" }

    /// Makes it when there is none that is still good; it blocks.
    ///
    /// - Throws: ``WebServerError`` `tls`, `accounts`.
    func prepare(at seconds: Int64) throws {
        let now = Date(timeIntervalSince1970: TimeInterval(seconds))
        if isGood(at: now) { return }
        if mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw WebServerError(
                .tls,
                "cannot make the folder \(folder): \(String(cString: strerror(errno)).lowercased())"
            )
        }
        let key = P256.Signing.PrivateKey()
        let certificate: String
        do {
            certificate = try make(key, at: now).serializeAsPEM().pemString + "\n"
        } catch {
            throw WebServerError(.tls, "cannot make a certificate", cause: error)
        }
        do {
            try WholeFile.replace(keyPath, with: [UInt8](key.pemRepresentation.utf8), .secret)
            try WholeFile.replace(certificatePath, with: [UInt8](certificate.utf8), .secret)
        } catch {
            throw WebServerError(error)
        }
    }

    /// What cannot be read is made anew.
    private func isGood(at now: Date) -> Bool {
        guard access(keyPath, R_OK) == 0,
            let bytes = try? WholeFile.bytes(
                of: certificatePath,
                limit: Self.sizeLimit,
                failing: .tls
            ),
            let kept = try? Certificate(pemEncoded: String(decoding: bytes, as: UTF8.self)),
            kept.notValidAfter > now.addingTimeInterval(Double(Self.marginDays) * 86_400),
            let alternatives = try? kept.extensions.subjectAlternativeNames
        else { return false }
        let known = Set(alternatives)
        return names.allSatisfy { known.contains(Self.name($0)) }
    }

    private func make(_ key: P256.Signing.PrivateKey, at now: Date) throws -> Certificate {
        let subject = try DistinguishedName { CommonName(names.first ?? "jaga") }
        // The addresses of today help; they are not asked for again.
        let all = Set((names + Self.ownAddresses()).map(Self.name))
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: now.addingTimeInterval(-3_600),
            notValidAfter: now.addingTimeInterval(Double(Self.days) * 86_400),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(all.sorted { "\($0)" < "\($1)" })
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
    }

    private static func name(_ text: String) -> GeneralName {
        guard let bytes = AddressBytes.of(text) else { return .dnsName(text) }
        return .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
    }

    /// Addresses of the machine; none when the system does not tell.
    private static func ownAddresses() -> [String] {
        let devices = (try? System.enumerateDevices()) ?? []
        return devices.compactMap { device in
            guard let address = device.address?.ipAddress, !address.hasPrefix("fe80") else {
                return nil
            }
            return address
        }
    }
}
