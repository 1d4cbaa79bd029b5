// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The agent in Python beside these tests.
enum Peer {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Peer").path

    /// Whether it can run here; tests that need it say so when not.
    static let canRun =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
        || FileManager.default.isExecutableFile(atPath: "/usr/local/bin/python3")

    /// Runs it to its end and gives what it printed, one JSON value a line.
    static func run(_ words: String...) async throws -> [String] {
        try await run(words)
    }

    static func run(_ words: [String]) async throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", folder + "/peer.py"] + words
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                ended.resume(throwing: error)
            }
        }
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        guard process.terminationStatus == 0 else {
            let why = errors.fileHandleForReading.readDataToEndOfFile()
            throw TestFailure("peer: \(String(decoding: why, as: UTF8.self)) after \(text)")
        }
        return text.split(separator: "\n").map(String.init)
    }
}
