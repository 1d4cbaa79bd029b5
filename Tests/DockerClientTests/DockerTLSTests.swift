// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import JagaTesting
import Testing

@Suite("An engine behind TLS", .timeLimit(.minutes(1)))
struct DockerTLSTests {
    @Test(
        "with the right certificates by name and by address, it answers",
        arguments: ["localhost", "127.0.0.1"]
    )
    func mutual(host: String) async throws {
        let engine = try await TLSEngine()
        let client = try Self.client(host: host, port: engine.port, Certificates())

        let images = await Result.of { try await client.images() }
        await client.shutdown()
        await engine.stop()

        #expect(try images.get().isEmpty)
    }

    @Test("an engine that another authority signed is refused, and the error says where to look")
    func wrongAuthority() async throws {
        let engine = try await TLSEngine()
        let client = try Self.client(
            host: "localhost",
            port: engine.port,
            Certificates(authority: TestCertificates.otherAuthority)
        )

        let error = await dockerError { try await client.images() }
        await client.shutdown()
        await engine.stop()

        #expect(error?.code == .tls)
        #expect(
            error?.message.hasSuffix("check ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH")
                == true
        )
    }

    @Test("without verification the engine of another authority is accepted")
    func unverified() async throws {
        let engine = try await TLSEngine()
        let client = try Self.client(
            host: "localhost",
            port: engine.port,
            Certificates(authority: TestCertificates.otherAuthority, verified: "")
        )

        let images = await Result.of { try await client.images() }
        await client.shutdown()
        await engine.stop()

        #expect(try images.get().isEmpty)
    }

    @Test("an engine that wants a certificate refuses a client without one")
    func noIdentity() async throws {
        let engine = try await TLSEngine()
        let client = try Self.client(
            host: "localhost",
            port: engine.port,
            Certificates(hasIdentity: false)
        )

        let error = await dockerError { try await client.images() }
        await client.shutdown()
        await engine.stop()

        #expect(error?.code == .tls)
    }

    @Test("an engine in plain text is told from one behind TLS")
    func plainEngine() async throws {
        let engine = try ScriptedDockerEngine(at: .loopback)
        defer { engine.stop() }
        let client = try Self.client(
            host: "127.0.0.1",
            port: engine.port,
            Certificates()
        )

        let error = await dockerError { try await client.images() }
        await client.shutdown()

        #expect(error?.code == .tls)
        #expect(error?.isRetryable == true)
    }

    @Test(
        "a certificate that cannot be used is named before anything is sent",
        arguments: ["ca.pem", "cert.pem", "key.pem"]
    )
    func brokenFile(name: String) throws {
        let certificates = try Certificates()
        let path = try certificates.folder.write(name, "not a certificate")

        let error = #expect(throws: DockerError.self) {
            try Self.client(host: "localhost", port: 1, certificates)
        }

        #expect(error?.code == .tls)
        #expect(error?.message.contains("cannot use `\(path)`") == true)
    }

    /// Reads the certificates, which may be gone after it.
    private static func client(
        host: String,
        port: UInt16,
        _ certificates: Certificates
    ) throws -> DockerClient {
        try withExtendedLifetime(certificates) {
            try DockerClient(
                endpoint: DockerEndpoint(
                    address: .tcp(host: host, port: port),
                    tls: certificates.tls()
                ),
                configuration: ScriptedPair.configuration
            )
        }
    }
}

/// A folder as `DOCKER_CERT_PATH` names it, removed with this value.
private struct Certificates {
    let folder: TemporaryFolder
    let verified: String
    let hasIdentity: Bool

    init(
        authority: String = TestCertificates.authority,
        verified: String = "1",
        hasIdentity: Bool = true
    ) throws {
        folder = try TemporaryFolder()
        self.verified = verified
        self.hasIdentity = hasIdentity
        _ = try folder.write("ca.pem", authority)
        _ = try folder.write("cert.pem", TestCertificates.client)
        _ = try folder.write("key.pem", TestCertificates.clientKey)
    }

    /// As the environment asks for it.
    func tls() throws -> DockerTLS? {
        let asked = try DockerEndpoint(
            environment: DockerEnvironment(
                host: "tcp://localhost",
                tlsVerify: verified,
                certificatePath: folder.path
            )
        )?.tls
        guard let asked, !hasIdentity else { return asked }
        return DockerTLS(
            verifiesEngine: asked.verifiesEngine,
            authorityFile: asked.authorityFile,
            identity: nil
        )
    }
}

extension Result where Failure == any Error {
    /// What `body` gives or throws.
    fileprivate static func of(_ body: () async throws -> Success) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
