// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A program that a test started, with its lines as they come.
///
/// Nothing sleeps for a guess: a test waits for a line, with a limit, and is
/// woken by what the program prints.
///
/// Safe to share: everything that changes is read and written under
/// `condition`.
final class RunningProcess: @unchecked Sendable {
    private struct Stream {
        var lines: [String] = []
        var partial: [UInt8] = []
    }

    let name: String
    let pid: pid_t
    private let condition = NSCondition()
    private var output = Stream()
    private var errors = Stream()
    /// The exit code, or the number of the signal that ended it, negative.
    private var status: Int32?

    /// Starts `arguments[0]`, found in PATH, with an environment added to the
    /// test's own.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        name = arguments.joined(separator: " ")
        let output = try ReadablePipe()
        let errors = try ReadablePipe()
        pid = try ChildProcess.spawn(
            arguments,
            environment: environment,
            input: nil,
            output: output.writeEnd,
            errors: errors.writeEnd
        )
        output.closeWriteEnd()
        errors.closeWriteEnd()
        follow(output, isError: false)
        follow(errors, isError: true)
        Thread.detachNewThread { [weak self, pid] in
            let status = ChildProcess.wait(for: pid)
            self?.ended(status)
        }
    }

    deinit {
        if status == nil { kill(pid, SIGKILL) }
    }

    /// Asks it to end and does not wait.
    func terminate() {
        if condition.withLock({ status }) == nil { kill(pid, SIGTERM) }
    }

    var lines: [String] { condition.withLock { output.lines } }
    var errorLines: [String] { condition.withLock { errors.lines } }

    /// The first line of standard output, from the `start`-th on, that
    /// satisfies the claim.
    ///
    /// - Throws: ``NotSeen`` with everything that was printed.
    @discardableResult
    func line(
        within seconds: TimeInterval = 30,
        from start: Int = 0,
        where claim: (String) -> Bool
    ) throws -> String {
        try wait(within: seconds) { output.lines.dropFirst(start).first(where: claim) }
    }

    /// Waits until that many lines of standard output satisfy the claim.
    func lines(
        _ count: Int,
        within seconds: TimeInterval = 30,
        where claim: (String) -> Bool
    ) throws {
        try wait(within: seconds) { output.lines.count(where: claim) >= count ? true : nil }
    }

    /// The first line of standard error that satisfies the claim.
    @discardableResult
    func errorLine(
        within seconds: TimeInterval = 30,
        where claim: (String) -> Bool
    ) throws -> String {
        try wait(within: seconds) { errors.lines.first(where: claim) }
    }

    /// Sends a signal and waits for the end; see ``exitCode(within:)``.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM, within seconds: TimeInterval = 20) throws -> Int32 {
        kill(pid, signal)
        return try exitCode(within: seconds)
    }

    /// Waits for the program's own end; a signal's number is negative.
    func exitCode(within seconds: TimeInterval = 60) throws -> Int32 {
        try wait(within: seconds) { status }
    }

    @discardableResult
    private func wait<Answer>(
        within seconds: TimeInterval,
        for look: () -> Answer?
    ) throws -> Answer {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let answer = look() { return answer }
            guard condition.wait(until: deadline) else {
                throw NotSeen(process: name, lines: output.lines, errorLines: errors.lines)
            }
        }
    }

    /// Reads a pipe on a thread of its own until its writers are gone.
    private func follow(_ pipe: ReadablePipe, isError: Bool) {
        Thread.detachNewThread { [weak self] in
            while let bytes = pipe.read() { self?.received(bytes, isError: isError) }
        }
    }

    private func received(_ bytes: [UInt8], isError: Bool) {
        condition.withLock {
            var stream = isError ? errors : output
            stream.partial += bytes
            while let end = stream.partial.firstIndex(of: 0x0A) {
                let line = stream.partial[..<end]
                stream.lines.append(String(decoding: line, as: UTF8.self))
                stream.partial.removeSubrange(...end)
            }
            if isError { errors = stream } else { output = stream }
            condition.broadcast()
        }
    }

    private func ended(_ status: Int32) {
        condition.withLock {
            self.status = status
            condition.broadcast()
        }
    }
}

/// What a test waited for did not come.
struct NotSeen: Error, CustomStringConvertible {
    let process: String
    let lines: [String]
    let errorLines: [String]

    var description: String {
        """
        not seen in time from: \(process)
        standard output:
        \(lines.suffix(60).joined(separator: "\n"))
        standard error:
        \(errorLines.suffix(60).joined(separator: "\n"))
        """
    }
}

/// Runs a program to its end.
enum Shell {
    struct Result: Sendable {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Output and errors go through files, so that no pipe can fill and nobody
    /// waits for a grandchild that keeps one open.
    @discardableResult
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String? = nil
    ) throws -> Result {
        let folder = try TemporaryFolder()
        let paths = ["in", "out", "err"].map { folder.path + "/" + $0 }
        try (input ?? "").write(toFile: paths[0], atomically: false, encoding: .utf8)
        let files = [
            open(paths[0], O_RDONLY | O_CLOEXEC),
            open(paths[1], O_RDWR | O_CREAT | O_CLOEXEC, 0o600),
            open(paths[2], O_RDWR | O_CREAT | O_CLOEXEC, 0o600),
        ]
        defer { files.forEach { close($0) } }
        let pid = try ChildProcess.spawn(
            arguments,
            environment: environment,
            input: files[0],
            output: files[1],
            errors: files[2]
        )
        let status = ChildProcess.wait(for: pid)
        func text(_ path: String) -> String {
            String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        }
        return Result(status: status, output: text(paths[1]), errors: text(paths[2]))
    }

    /// Runs a program that must succeed; returns its output without the last
    /// line end.
    @discardableResult
    static func expect(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String? = nil
    ) throws -> String {
        let result = try run(arguments, environment: environment, input: input)
        guard result.status == 0 else {
            throw NotSeen(
                process: arguments.joined(separator: " ") + " (exit \(result.status))",
                lines: [result.output],
                errorLines: [result.errors]
            )
        }
        return result.output.trimmingCharacters(in: .newlines)
    }
}

/// A folder that goes with its value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/jaga-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true
        )
    }

    deinit {
        // Best effort: what stays in the system's temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: path)
    }
}
