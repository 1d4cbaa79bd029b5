// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension DockerClient {
    /// The folder in which the engine keeps everything, on its own machine:
    /// `/var/lib/docker`.
    ///
    /// Source: Docker Engine API v1.41, `/info`, `DockerRootDir`.
    /// - Throws: ``DockerError``
    package func storageFolder() async throws -> String {
        let answer = try await answer(to: "/info", doing: "ask for the storage folder")
        guard let text = try? Self.member("DockerRootDir", of: answer.body) else {
            throw DockerError(
                .badResponse,
                "docker engine at \(endpoint) does not tell its storage folder; check what"
                    + " listens there",
                endpoint: endpoint.description
            )
        }
        return text
    }

    /// The engine's clock; nil when it does not tell.
    ///
    /// Source: Docker Engine API v1.41, `/info`, `SystemTime`.
    /// - Throws: ``DockerError``
    package func clock() async throws -> EngineTime? {
        let answer = try await answer(to: "/info", doing: "ask for the engine's clock")
        let text = try? Self.member("SystemTime", of: answer.body)
        return text.flatMap { EngineTime(rfc3339: $0) }
    }

    /// A string that is a member of an object; nil when there is none.
    private static func member(
        _ name: String,
        of object: [UInt8]
    ) throws(JSONSyntaxError) -> String? {
        var reader = JSONTokenReader(object)
        while let token = try reader.next() {
            guard reader.depth == 1, case .key(let range) = token, reader.text(range) == name
            else { continue }
            guard case .string(let value)? = try reader.next() else { return nil }
            return reader.text(value)
        }
        return nil
    }
}
