// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOSSL

/// How an engine on a network proves itself, and Jaga to it.
package struct DockerTLS: Sendable, Hashable {
    /// Whether the engine's certificate must be valid for its host.
    package let verifiesEngine: Bool
    /// The certificates that may have signed the engine's; the system's if nil.
    package let authorityFile: String?
    /// Jaga's certificate and private key; both or neither.
    package let identity: Identity?

    /// A client certificate, in PEM files.
    package struct Identity: Sendable, Hashable {
        package let certificateFile: String
        package let keyFile: String

        package init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    package init(verifiesEngine: Bool, authorityFile: String?, identity: Identity?) {
        self.verifiesEngine = verifiesEngine
        self.authorityFile = authorityFile
        self.identity = identity
    }

    /// What the environment asks for; nil for plain text.
    ///
    /// Source: Docker CLI, "Protect the Docker daemon socket": verification
    /// without a certificate path takes the files from `~/.docker`.
    init?(environment: DockerEnvironment, isRequired: Bool) {
        let verifies = !environment.tlsVerify.isEmpty
        guard verifies || isRequired || !environment.certificatePath.isEmpty else { return nil }
        let folder: String
        if !environment.certificatePath.isEmpty {
            folder = environment.certificatePath
        } else if verifies, !environment.home.isEmpty {
            folder = environment.home + "/.docker"
        } else {
            self.init(verifiesEngine: true, authorityFile: nil, identity: nil)
            return
        }
        self.init(
            verifiesEngine: verifies || environment.certificatePath.isEmpty,
            authorityFile: folder + "/ca.pem",
            identity: Identity(
                certificateFile: folder + "/cert.pem",
                keyFile: folder + "/key.pem"
            )
        )
    }

    /// Reads the files.
    ///
    /// - Throws: ``DockerError`` `tls`, naming the file that cannot be used.
    func configuration(for endpoint: DockerEndpoint) throws(DockerError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = verifiesEngine ? .fullVerification : .none
        if let authorityFile {
            let certificates = try read(authorityFile, for: endpoint) {
                try NIOSSLCertificate.fromPEMFile($0)
            }
            configuration.trustRoots = .certificates(certificates)
        }
        if let identity {
            let chain = try read(identity.certificateFile, for: endpoint) {
                try NIOSSLCertificate.fromPEMFile($0)
            }
            let key = try read(identity.keyFile, for: endpoint) {
                try NIOSSLPrivateKey(file: $0, format: .pem)
            }
            configuration.certificateChain = chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(key)
        }
        return configuration
    }

    private func read<Content>(
        _ file: String,
        for endpoint: DockerEndpoint,
        by read: (String) throws -> Content
    ) throws(DockerError) -> Content {
        do {
            return try read(file)
        } catch {
            throw DockerError(
                .tls,
                "\(endpoint): cannot use `\(file)`: it must be a readable PEM file; "
                    + "set DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem",
                endpoint: endpoint.description,
                cause: error
            )
        }
    }
}
