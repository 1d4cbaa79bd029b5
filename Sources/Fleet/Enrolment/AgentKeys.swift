// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A key that an agent has made, with the request to sign it.
package struct AgentKey: Sendable {
    /// The private key as PEM; it never leaves the agent.
    package let pem: String
    /// PKCS #10 as PEM.
    package let request: String

    /// - Throws: ``FleetError`` `tls`.
    package init(name: String) throws {
        let key = P256.Signing.PrivateKey()
        do {
            let request = try CertificateSigningRequest(
                version: .v1,
                subject: try DistinguishedName { CommonName(name) },
                privateKey: Certificate.PrivateKey(key),
                attributes: CertificateSigningRequest.Attributes(),
                signatureAlgorithm: .ecdsaWithSHA256
            )
            pem = key.pemRepresentation
            self.request = try request.serializeAsPEM().pemString
        } catch {
            throw FleetError(.tls, "cannot make a key and its request", cause: error)
        }
    }
}

/// Who an agent is, and how it knows its manager: `agent.json` in its state.
package struct AgentIdentityFile: Sendable, Hashable, Codable {
    package let id: String
    package let name: String
    /// As ``ManagerAddress`` writes them, in the order of preference.
    package var managers: [String]
    /// PEM.
    package let authority: String
    package var certificate: String
    package var key: String
    /// The highest restart that was done.
    package var restarts = 0

    package init(id: String, name: String, managers: [String], authority: String) {
        self.id = id
        self.name = name
        self.managers = managers
        self.authority = authority
        certificate = ""
        key = ""
    }

    private static let sizeLimit = 1 << 20

    /// Where it lies in a folder.
    package static func path(in folder: String) -> String { folder + "/agent.json" }

    /// What a folder holds; nil when the agent is not enrolled; it blocks.
    ///
    /// - Throws: ``FleetError`` `file`.
    package static func read(_ folder: String) throws -> AgentIdentityFile? {
        let path = path(in: folder)
        guard let bytes = try StateFile.read(path, limit: sizeLimit) else { return nil }
        do {
            return try JSONDecoder().decode(AgentIdentityFile.self, from: Data(bytes))
        } catch {
            throw FleetError(
                .file,
                "\(path) is damaged: remove it and enrol the agent again",
                cause: error
            )
        }
    }

    /// Keeps it; it blocks.
    ///
    /// - Throws: ``FleetError`` `file`.
    package func write(_ folder: String) throws {
        try StateFile.replace(
            Self.path(in: folder),
            with: [UInt8](try JSONEncoder().encode(self))
        )
    }
}
